using System.Buffers;
using System.Globalization;

namespace SupplyApi.Features.Signing;

/// <summary>What the headers of a signed request say, before anybody believes it.</summary>
/// <param name="At">The moment that <see cref="Timestamp"/> stands for.</param>
/// <param name="Nonce">Null: the first profile.</param>
internal sealed record SignedHeaders(string AppId, string Timestamp, DateTimeOffset At, string? Nonce)
{
    internal const string AppIdHeader = "X-App-Id";
    internal const string TimestampHeader = "X-Timestamp";
    internal const string ProfileHeader = "X-Signature-Profile";
    internal const string NonceHeader = "X-Nonce";
    internal const string NamesHeader = "X-Signed-Headers";

    private const string AppIdPrefix = "app_";
    private const int AppIdLength = 36;
    private const int TimestampLength = 13;
    private const int NonceLengthMin = 16;
    private const int NonceLengthMax = 64;
    private const int NamesLengthMax = 1000;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> NonceLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly SearchValues<char> NameLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Somebody means to be an app, whether or not all the rest is there.</summary>
    internal static bool AreOn(HttpRequest request) => request.Headers.ContainsKey(AppIdHeader);

    /// <summary>Null when good; else what is wrong, naming the header; the app's id is read where it is one.</summary>
    internal static Refusal? Read(HttpRequest request, out SignedHeaders read)
    {
        read = new("", "", default, null);
        var (appId, timestamp) = (Text(request, AppIdHeader), Text(request, TimestampHeader));
        if (appId.Length == 0) return Errors.Signature(AppIdHeader, $"{AppIdHeader} is required.");
        if (!IsAppId(appId)) return Errors.NoSuchApp;
        read = read with { AppId = appId };
        if (timestamp.Length == 0) return Errors.Signature(TimestampHeader, $"{TimestampHeader} is required.");
        // One way to write it: digits of the path that stands before it in the first profile could else become its own.
        if (timestamp.Length != TimestampLength || timestamp[0] == '0'
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return Errors.Signature(TimestampHeader,
                $"{TimestampHeader} must be milliseconds since 1970, {TimestampLength} digits.");

        string? nonce = null;
        switch (Text(request, ProfileHeader))
        {
            case "" or "1":
                break;
            case "2":
                nonce = Text(request, NonceHeader);
                if (nonce.Length is < NonceLengthMin or > NonceLengthMax
                    || nonce.AsSpan().ContainsAnyExcept(NonceLetters))
                    return Errors.Signature(
                        NonceHeader, $"{NonceHeader} must have 16 to 64 letters, digits, dashes or underscores.");
                break;
            default:
                return Errors.Signature(ProfileHeader, $"{ProfileHeader} must be 1 or 2.");
        }

        read = new(appId, timestamp, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), nonce);
        return null;
    }

    /// <summary>Null when good; else what is wrong with the headers that the second profile says it signs.</summary>
    internal Refusal? ReadSecond(HttpRequest request, bool hasBody, out SecondParts read)
    {
        read = new SecondParts(AppId, Nonce!, []);
        var given = Text(request, NamesHeader);
        var names = given.Length <= NamesLengthMax ? given.Split(';') : [];
        var areNames = names.Length > 0 && names.All(static one =>
            one.Length > 0 && !one.AsSpan().ContainsAnyExcept(NameLetters));
        var areSorted = names.Zip(names.Skip(1)).All(static two => string.CompareOrdinal(two.First, two.Second) < 0);
        if (!areNames || !areSorted)
            return Refuse("must name headers in small letters, sorted, each once, with a semicolon between.");
        if (!names.Contains("host")) return Refuse("must name host.");
        if (hasBody && !names.Contains("content-type")) return Refuse("must name content-type, as there is a body.");
        if (Array.Find(names, one => !request.Headers.ContainsKey(one)) is { } missing)
            return Refuse($"names {missing}, which was not sent.");

        read = read with { Headers = Array.ConvertAll(names, one => (one, Text(request, one))) };
        return null;

        static Refusal Refuse(string why) => Errors.Signature(NamesHeader, $"{NamesHeader} {why}");
    }

    internal static string Text(HttpRequest request, string header) =>
        request.Headers[header].ToString().Trim(' ', '\t');

    private static bool IsAppId(string text) =>
        text.Length == AppIdLength && text.StartsWith(AppIdPrefix, StringComparison.Ordinal)
        && !text.AsSpan(AppIdPrefix.Length).ContainsAnyExcept(Hex);
}
