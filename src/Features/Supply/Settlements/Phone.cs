using System.Text.RegularExpressions;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>A phone is kept as E.164; a mobile of mainland China may be given, and is shown, without +86.</summary>
internal static partial class Phone
{
    internal const string Forms =
        "phone must be E.164, such as +8613800001234, or a mobile of mainland China, such as 13800001234.";

    private const string Mainland = "+86";

    /// <summary>Null when it is none.</summary>
    internal static string? Read(string text)
    {
        if (MainlandMobile().IsMatch(text)) return Mainland + text;
        if (text.StartsWith(Mainland, StringComparison.Ordinal))
            return MainlandMobile().IsMatch(text[Mainland.Length..]) ? text : null;
        return International().IsMatch(text) ? text : null;
    }

    internal static string Mask(string phone) => phone.StartsWith(Mainland, StringComparison.Ordinal)
        ? $"{phone[3..6]}****{phone[^4..]}"
        : $"{phone[..3]}****{phone[^2..]}";

    [GeneratedRegex(@"\A1[3-9][0-9]{9}\z")]
    private static partial Regex MainlandMobile();

    [GeneratedRegex(@"\A\+[1-9][0-9]{7,14}\z")]
    private static partial Regex International();
}
