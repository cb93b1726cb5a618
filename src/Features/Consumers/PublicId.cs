using System.Globalization;

namespace SupplyApi.Features.Consumers;

/// <summary>A number as these surfaces write it: with the kind of thing before it, con_12.</summary>
internal static class PublicId
{
    internal const string Consumer = "con";
    internal const string Credential = "cred";

    internal static string Of(string kind, long id) => string.Create(CultureInfo.InvariantCulture, $"{kind}_{id}");

    /// <summary>False also for another way to write the same number: of one thing there is one id.</summary>
    internal static bool TryRead(string kind, string? text, out long id)
    {
        id = 0;
        return text is not null
            && text.Length > kind.Length + 1
            && text.StartsWith(kind, StringComparison.Ordinal)
            && text[kind.Length] == '_'
            && text[kind.Length + 1] != '0'
            && long.TryParse(text.AsSpan(kind.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out id);
    }
}
