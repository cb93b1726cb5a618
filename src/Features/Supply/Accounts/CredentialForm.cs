using System.Text.RegularExpressions;

namespace SupplyApi.Features.Supply.Accounts;

/// <summary>
/// What a credential of each provider looks like: a slip of the clipboard is told before anything goes out. Providers
/// publish prefixes rather than lengths, so the bounds are wide.
/// </summary>
internal static partial class CredentialForm
{
    internal static Regex Of(string provider, string accountType) => (accountType, provider) switch
    {
        ("oauth", _) => OAuth(),
        (_, "openai") => OpenAi(),
        (_, "anthropic") => Anthropic(),
        (_, "gemini") => Gemini(),
        (_, "baidu") => Baidu(),
        (_, "xfyun") => Xfyun(),
        (_, "tencent") => Tencent(),
        _ => throw new NotSupportedException($"Nobody has said what a credential of {provider} looks like."),
    };

    // Another provider's secret, recognised by its prefix, is not sent to this one.
    [GeneratedRegex(@"\Ask-(?!ant-)[A-Za-z0-9_-]{16,}\z")]
    private static partial Regex OpenAi();

    [GeneratedRegex(@"\Ask-ant-[A-Za-z0-9_-]{16,}\z")]
    private static partial Regex Anthropic();

    [GeneratedRegex(@"\AAIza[A-Za-z0-9_-]{16,}\z")]
    private static partial Regex Gemini();

    [GeneratedRegex(@"\Abce-v3/ALTAK-[A-Za-z0-9_-]{8,64}/[A-Za-z0-9_-]{16,128}\z")]
    private static partial Regex Baidu();

    // The console's APIPassword: a key and a secret in one.
    [GeneratedRegex(@"\A[A-Za-z0-9_-]{8,64}:[A-Za-z0-9_+/=-]{16,128}\z")]
    private static partial Regex Xfyun();

    [GeneratedRegex(@"\Ask-(?!ant-)[A-Za-z0-9_-]{16,128}\z")]
    private static partial Regex Tencent();

    // A JWT or anything opaque: visible ASCII without a space.
    [GeneratedRegex(@"\A[!-~]{20,}\z")]
    private static partial Regex OAuth();
}
