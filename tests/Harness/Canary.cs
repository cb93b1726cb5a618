using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// Upstream credentials of the tests are random and known here. Whatever leaves the service is searched for them:
/// plain, in any fragment of twelve characters, in base64 and in hex.
/// </summary>
public static class Canary
{
    private const int Fragment = 12;

    /// <summary>No vowels: chance must not spell a word that the simulated provider reacts to.</summary>
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz0123456789";

    private static readonly ConcurrentDictionary<string, string> Fragments = new(StringComparer.Ordinal);
    private static readonly ConcurrentQueue<string> Found = new();

    public static IReadOnlyCollection<string> Sightings => Found;

    /// <summary>A credential no one has ever seen, with the form a provider asks for.</summary>
    public static string Credential(string prefix = "sk-", string mark = "")
    {
        var secret = RandomNumberGenerator.GetString(Alphabet, 48);
        Register(secret);
        return prefix + (mark.Length > 0 ? mark + "-" : "") + secret;
    }

    /// <summary>Notes a sighting, so that the run fails, and throws, so that the test that saw it fails.</summary>
    public static void Expect(string text, Func<string> place)
    {
        if (Inspect(text, place)) throw new InvalidOperationException($"An upstream credential is in {place()}.");
    }

    public static bool Inspect(string text, Func<string> place)
    {
        if (Sighted(text) is not { } fragment) return false;
        Found.Enqueue($"canary: {place()} holds the fragment {fragment} of an upstream credential");
        return true;
    }

    internal static string? Sighted(string text)
    {
        if (Fragments.IsEmpty) return null;
        var known = Fragments.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var start = 0; start + Fragment <= text.Length; start++)
        {
            // The rest of a hex form is compared too, as twelve hex digits alone could be chance. Where those twelve
            // have no letter, the upper and the lower form share them.
            var isKnown = known.TryGetValue(text.AsSpan(start, Fragment), out var rest);
            if (isKnown && text.AsSpan(start + Fragment).StartsWith(rest, StringComparison.OrdinalIgnoreCase))
                return text.Substring(start, Fragment);
        }

        return null;
    }

    internal static void Register(string secret)
    {
        var bytes = Encoding.ASCII.GetBytes(secret);
        Add(secret, 0);
        Add(Convert.ToHexString(bytes), Fragment);
        Add(Convert.ToHexStringLower(bytes), Fragment);
        // Base64 of something longer shows the secret at one of three offsets; the edges depend on the neighbours.
        for (var offset = 0; offset < 3; offset++)
        {
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes])[4..^4];
            Add(encoded, 0);
            Add(encoded.Replace('+', '-').Replace('/', '_'), 0);
        }
    }

    private static void Add(string text, int rest)
    {
        for (var start = 0; start + Fragment + rest <= text.Length; start++)
            Fragments.TryAdd(text.Substring(start, Fragment), text.Substring(start + Fragment, rest));
    }
}
