using System.Globalization;
using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// Hides what differs from run to run, and only after its form was checked: a hidden value is still a tested one.
/// Equal values keep equal names.
/// </summary>
public sealed partial class Redactions
{
    private const long Minute = 60;
    private static readonly TimeSpan Near = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(string Kind, string Value), string> names = [];
    private readonly Dictionary<string, int> counts = [];
    private readonly List<(string Kind, string Value)> registered = [];
    private readonly HashSet<(string Kind, string Value)> ids = [];

    /// <summary>How far the process's clock was set ahead.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>A text that is unique to this test, wherever it may turn up.</summary>
    public void Register(string kind, string value)
    {
        lock (registered) registered.Add((kind, value));
    }

    /// <summary>An id that was made in a step which the transcript does not show.</summary>
    public void RegisterId(string kind, long value)
    {
        lock (registered) ids.Add((kind, value.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The same of an id with its kind before it, con_12.</summary>
    public void RegisterId(string value)
    {
        lock (registered) ids.Add((PrefixedKind(value)!, value));
    }

    /// <summary>A code that was sent to a phone.</summary>
    public void RegisterCode(string value)
    {
        lock (registered) ids.Add(("code", value));
    }

    internal string Text(string text)
    {
        var unhidden = CredentialSecret().Replace(text, secret => Canary.Sighted(secret.Value) is null
            ? secret.Value
            : Named("credential", "credential", secret.Value));
        return registered
            .Where(one => unhidden.Contains(one.Value, StringComparison.Ordinal))
            .Select(one => (At: unhidden.IndexOf(one.Value, StringComparison.Ordinal), one.Kind, one.Value))
            .OrderBy(static one => one.At).ThenByDescending(static one => one.Value.Length)
            .Aggregate(unhidden, (left, one) => left.Replace(one.Value, Named(one.Kind, one.Kind, one.Value)));
    }

    /// <summary>Ids in a path belong to the segment before them: /(supply-)accounts/17 is an account.</summary>
    internal string Path(string pathAndQuery)
    {
        var (path, query) = pathAndQuery.IndexOf('?') is >= 0 and var at
            ? (pathAndQuery[..at], pathAndQuery[at..])
            : (pathAndQuery, "");
        var segments = path.Split('/');
        for (var step = 1; step < segments.Length; step++)
        {
            if (segments[step].Length > 0 && segments[step].All(char.IsAsciiDigit))
                segments[step] = SentId(KindOf(segments[step - 1]), segments[step]);
            else if (PrefixedKind(segments[step]) is { } kind)
                segments[step] = SentId(kind, segments[step]);
        }

        return Text(Uri.UnescapeDataString(string.Join('/', segments) + Link(query)));
    }

    /// <summary>Where something new is: its id is in the answer's body too.</summary>
    internal string Location(string path) => string.Join('/', path.Split('/').Select(one =>
        PrefixedKind(one) is { } kind ? Id(kind, one, isNumber: false) : Text(one)));

    /// <summary>An id that an answer brought: a positive number, or a text with no room for chance.</summary>
    internal string Id(string kind, string value, bool isNumber)
    {
        if (isNumber)
            Check(long.TryParse(value, CultureInfo.InvariantCulture, out var id) && id > 0, "a positive id", value);
        else
            Check(value.Length is > 0 and <= 128 && !value.Contains(' '), "an id", value);
        ids.Add((kind, value));
        return Named("id", kind, value);
    }

    /// <summary>An id that a request carries: one that nobody has met stays, it is there to be refused.</summary>
    internal string SentId(string kind, string value) =>
        ids.Contains((kind, value)) ? Named("id", kind, value) : value;

    internal string RequestId(string value)
    {
        Check(ContractCheck.ValidRequestId().IsMatch(value), "a request id", value);
        return Named("request", "request", value);
    }

    internal string Token(string value)
    {
        Check(Jwt().IsMatch(value), "a signed token", value);
        return Named("token", "token", value);
    }

    internal string Key(string value)
    {
        Check(ApiKey().IsMatch(value), "sk- and 43 characters", value);
        return Named("key", "key", value);
    }

    internal string KeyPrefix(string value)
    {
        Check(ApiKeyEnds().IsMatch(value), "the first eight and the last four characters of a key", value);
        return Named("key-prefix", "key-prefix", value);
    }

    /// <summary>What a consumer's credential opens with.</summary>
    internal string Secret(string value)
    {
        Check(ConsumerSecret().IsMatch(value), "ck- or ask_ and 43 characters", value);
        var kind = value.StartsWith("ck-", StringComparison.Ordinal) ? "key" : "secret";
        return Named(kind, kind, value);
    }

    internal string Hint(string value)
    {
        Check(ConsumerSecretEnds().IsMatch(value), "the first eight and the last four characters of a secret", value);
        return Named("hint", "hint", value);
    }

    internal string ReferralCode(string value)
    {
        Check(Referral().IsMatch(value), "a referral code", value);
        return Named("referral", "referral", value);
    }

    /// <summary>An instant: UTC, written with Z, and now; or still to come, where the name says so.</summary>
    internal string Time(string member, string value)
    {
        var isTime = DateTimeOffset.TryParse(
            value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        Check(isTime && value.EndsWith('Z'), "an RFC 3339 instant in UTC with Z", value);
        var now = DateTimeOffset.UtcNow + ClockOffset;
        if (member is "expires_at" or "valid_until" or "expiresAt" or "previousValidUntil")
            Check(time > now, "an instant to come", value);
        else
            Check((time - now).Duration() < Near, $"an instant near {now:O}", value);
        return Named("time", "time", value);
    }

    internal string Day(string member, string value)
    {
        var now = DateTimeOffset.UtcNow + ClockOffset;
        var isStart = member.Contains("start", StringComparison.Ordinal);
        if (isStart && value == now.ToString("yyyy-MM-01", CultureInfo.InvariantCulture)) return "{month-start}";
        return value == now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ? "{today}" : value;
    }

    /// <summary>Whole seconds are too coarse to be told apart reliably, so they all have one name.</summary>
    internal string UnixTime(string value)
    {
        Check(long.TryParse(value, CultureInfo.InvariantCulture, out var seconds), "seconds since 1970", value);
        if (seconds == 0) return value;
        var distance = DateTimeOffset.FromUnixTimeSeconds(seconds) - DateTimeOffset.UtcNow - ClockOffset;
        Check(distance.Duration() < Near, "a time near now", value);
        return "{unix-time}";
    }

    /// <summary>A text made of parts that have a form: a statement, the address of one.</summary>
    internal string Document(string text)
    {
        text = StatementAddress().Replace(text, match =>
            $"{{origin}}/api/v1/supply/settlements/{Id("settlement", match.Groups[1].Value, isNumber: true)}"
            + $"/statement/file{Link(match.Groups[2].Value)}");
        text = SettlementNumber().Replace(text, match => Named("settlement-no", "settlement-no", match.Value));
        text = Instant().Replace(text, match => Time("posted_at", match.Value));
        text = Uuid().Replace(text, match => Id("transfer", match.Value, isNumber: false));
        text = Hash().Replace(text, match => Named("hash", "hash", match.Value));
        text = SignatureRow().Replace(text, match =>
            $"signature,ES256,{Random("key_id", match.Groups[1].Value)},{Random("value", match.Groups[2].Value)}");
        return Text(text.Replace(
            (DateTimeOffset.UtcNow + ClockOffset).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "{today}",
            StringComparison.Ordinal));
    }

    /// <summary>What chance or a key made: 32 or 64 bytes.</summary>
    internal string Random(string member, string value)
    {
        Check(value.Length is 43 or 86, "32 or 64 bytes in base64url", value);
        return Named(member switch { "kid" => "key_id", _ => member }, "random", value);
    }

    /// <summary>The ids in what explains a route.</summary>
    internal string Route(string text) => PackageName().Replace(
        text, match => $"package/{Id("package", match.Groups[1].Value, isNumber: true)}=");

    /// <summary>What con_12 is the id of; null when the text is no such id.</summary>
    internal static string? PrefixedKind(string text) => !PrefixedId().IsMatch(text) ? null : text.Split('_')[0] switch
    {
        "con" => "consumer",
        "cred" => "credential",
        "sub" => "subscription",
        "prod" => "product",
        "pkg" => "package",
        var kind => kind,
    };

    internal static bool IsBase64Url(string value) => Base64UrlText().IsMatch(value);

    internal string Seconds(string value)
    {
        Check(int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600,
            "1 to 3600 seconds", value);
        return "{seconds}";
    }

    // What an earning's id is called in a body.
    private static string KindOf(string segment) => segment == "earnings"
        ? "record"
        : Singular(segment.Replace("supply-", "", StringComparison.Ordinal));

    private string Link(string query) => LinkSignature().Replace(
        LinkExpiry().Replace(query, match => $"expires={UnixTimeToCome(match.Groups[1].Value)}"),
        "signature={signature}");

    private string UnixTimeToCome(string value)
    {
        var now = (DateTimeOffset.UtcNow + ClockOffset).ToUnixTimeSeconds();
        var ahead = long.Parse(value, CultureInfo.InvariantCulture) - now;
        Check(ahead is > -Minute * 10 and <= Minute * 15, "seconds within the next quarter of an hour", value);
        return "{unix-time}";
    }

    internal static string Singular(string segment) => segment.EndsWith('s') ? segment[..^1] : segment;

    private string Named(string display, string kind, string value)
    {
        if (names.TryGetValue((kind, value), out var name)) return name;
        counts[display] = counts.GetValueOrDefault(display) + 1;
        return names[(kind, value)] = $"{{{display}-{counts[display].ToString(CultureInfo.InvariantCulture)}}}";
    }

    private static void Check(bool isSo, string what, string value)
    {
        if (!isSo) throw new InvalidOperationException($"The transcript expects {what}, not '{value}'.");
    }

    [GeneratedRegex("^(?:[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86})$")]
    private static partial Regex Base64UrlText();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/api/v1/supply/settlements/(\d+)/statement/file(\?\S+)")]
    private static partial Regex StatementAddress();

    [GeneratedRegex(@"\bpackage/(\d+)=")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"ST\d{16,}")]
    private static partial Regex SettlementNumber();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")]
    private static partial Regex Instant();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\b(?:[0-9a-f]{64}|[0-9a-f]{16})\b")]
    private static partial Regex Hash();

    [GeneratedRegex("signature,ES256,([A-Za-z0-9_-]+),([A-Za-z0-9_-]+)")]
    private static partial Regex SignatureRow();

    [GeneratedRegex(@"expires=(\d+)")]
    private static partial Regex LinkExpiry();

    [GeneratedRegex("signature=[A-Za-z0-9_-]{43}")]
    private static partial Regex LinkSignature();

    [GeneratedRegex("[A-Za-z0-9]{48}")]
    private static partial Regex CredentialSecret();

    [GeneratedRegex(@"^eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43,}$")]
    private static partial Regex Jwt();

    [GeneratedRegex("^sk-[A-Za-z0-9_-]{43}$")]
    private static partial Regex ApiKey();

    [GeneratedRegex(@"^sk-[A-Za-z0-9_-]{5}\.{3}[A-Za-z0-9_-]{4}$")]
    private static partial Regex ApiKeyEnds();

    [GeneratedRegex("^(ck-|ask_)[A-Za-z0-9_-]{43}$")]
    private static partial Regex ConsumerSecret();

    [GeneratedRegex(@"^(ck-.{5}|ask_.{4})\.{3}[A-Za-z0-9_-]{4}$")]
    private static partial Regex ConsumerSecretEnds();

    [GeneratedRegex("^(con|cred|sub|prod|pkg|intent)_[1-9][0-9]*$")]
    private static partial Regex PrefixedId();

    [GeneratedRegex("^[A-Za-z0-9]{6,32}$")]
    private static partial Regex Referral();
}
