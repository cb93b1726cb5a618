using System.Runtime.InteropServices;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// What the gateway must know of a request, found by reading over its bytes; everything else passes untouched.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct CallRequest
{
    /// <summary>
    /// What an answer may be at most when the caller sets no limit; only the size of the hold depends on it.
    /// </summary>
    private const long OutputTokensDefault = 4096;

    private const long OutputTokensMax = 1_000_000;
    private const int ChoicesMax = 128;

    private long? limit;
    private long choices;
    private long prompts;
    private StreamOptions options;
    private Change ask;
    private int modelFrom;
    private int modelUntil;
    private string modelPrefix;
    private TokenCount tokens;
    private int counted;
    private string? size;
    private string? quality;

    internal ReadOnlyMemory<byte> Body { get; private init; }
    internal string Model { get; private set; }
    internal bool Stream { get; private set; }

    /// <summary>The caller asked for the usage chunk; otherwise the one we ask for is not shown.</summary>
    internal readonly bool WantsUsage => options.IncludeUsage;

    /// <summary>
    /// An estimate from the bytes of the body, used for the hold and where the provider reports nothing.
    /// </summary>
    internal long CountedInputTokens { get; private set; }

    internal long OutputTokensLimit { get; private set; }

    /// <summary>The caller set it.</summary>
    internal readonly bool HasLimit => limit is not null;

    /// <summary>What each picture counts as where the provider reports nothing.</summary>
    internal long TokensPerPicture { get; private set; }

    /// <summary>How many answers are wanted.</summary>
    internal readonly long Choices => choices;

    /// <summary>
    /// What is sent upstream. Two changes at most, and not another byte: a stream must end with its usage, and the
    /// model has the provider's name.
    /// </summary>
    /// <param name="owner">Whom the body belongs to, if it is not the garbage collector.</param>
    internal readonly OutgoingBody Outgoing(string upstreamModel, CallBody? owner = null)
    {
        var rename = modelUntil == 0 || upstreamModel == Model
            ? default
            : new Change(modelFrom, modelUntil, Encoded(modelPrefix + upstreamModel));
        return ask.From <= rename.From
            ? new OutgoingBody(Body, owner, ask, rename)
            : new OutgoingBody(Body, owner, rename, ask);
    }

    private static byte[] Encoded(string text) => JsonEncodedText.Encode(text).EncodedUtf8Bytes.ToArray();

    /// <summary>Null and a request, or what is wrong with it.</summary>
    /// <param name="model">The one in the path, where the protocol has it there.</param>
    internal static Refusal? Read(
        Protocol protocol, ReadOnlyMemory<byte> body, string? model, out CallRequest request)
    {
        request = new CallRequest { Body = body, Model = model ?? "", Stream = protocol.IsStream };
        (request.choices, request.prompts, request.modelPrefix) = (1, 1, "");
        try
        {
            return request.Scan(protocol);
        }
        catch (JsonException)
        {
            return Errors.Malformed("The body is not valid JSON.");
        }
        catch (InvalidOperationException)
        {
            return Errors.Malformed("The body holds text that is not valid UTF-8.");
        }
    }

    private Refusal? Scan(Protocol protocol)
    {
        var reader = new Utf8JsonReader(Body.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Errors.Malformed("The body must be a JSON object.");

        if (ReadMembers(ref reader, protocol.Members, "") is { } refusal) return refusal;
        while (reader.Read()) { } // What follows the object must be nothing.
        if (Model.Length == 0) return Errors.Invalid("model", "you must provide a model parameter");

        tokens.Add(Body.Span[counted..]);
        CountedInputTokens = tokens.Tokens;
        TokensPerPicture = PictureTokens.Of(size, quality);
        if (protocol.DrawsPictures) OutputTokensLimit = PictureTokens.AtMost(size, quality) * choices;
        else if (protocol.HasOutput)
            OutputTokensLimit = Math.Min(limit ?? OutputTokensDefault, OutputTokensMax) * choices * prompts;
        if (Stream && !WantsUsage && protocol.AsksForUsage) ask = options.Ask(Body.Span);
        return null;
    }

    private Refusal? ReadMembers(ref Utf8JsonReader reader, IReadOnlyList<Member> members, string prefix)
    {
        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = Find(ref reader, members);
            // Two readers of a repeated member may take different ones: what is billed must be what is served.
            if (at >= 0 && (seen & (1 << at)) != 0)
                return Errors.Malformed("model, stream and the token limits may be given once only.");
            if (at < 0)
            {
                SkipCounting(ref reader);
                continue;
            }

            reader.Read();
            seen |= 1 << at;
            if (Take(ref reader, members[at], prefix + members[at].Name) is { } refusal) return refusal;
        }

        return null;
    }

    /// <summary>Reads over a member that means nothing here; pictures and sound in it are no text.</summary>
    private void SkipCounting(ref Utf8JsonReader reader)
    {
        var body = Body.Span;
        var name = body.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
        reader.Read();
        var depth = reader.CurrentDepth;
        var isOne = reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
        do
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = body.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
            }
            else if (reader.TokenType == JsonTokenType.String && TokenCount.IsMedia(name, reader.ValueSpan))
            {
                var (from, until) = Inside(ref reader);
                tokens.Add(body[counted..from]);
                tokens.AddMedia();
                counted = until;
            }
        }
        while (!isOne && reader.Read() && reader.CurrentDepth > depth);
    }

    private static int Find(ref Utf8JsonReader reader, IReadOnlyList<Member> members)
    {
        for (var at = 0; at < members.Count; at++)
        {
            if (reader.ValueTextEquals(members[at].Utf8)) return at;
        }

        return -1;
    }

    private Refusal? Take(ref Utf8JsonReader reader, Member member, string name)
    {
        switch (member.Meaning, reader.TokenType)
        {
            case (Meaning.Model, JsonTokenType.String):
                Model = reader.GetString()!;
                (modelFrom, modelUntil) = Inside(ref reader);
                return null;
            case (Meaning.SameModel, JsonTokenType.String):
                var named = reader.GetString()!;
                (modelFrom, modelUntil) = Inside(ref reader);
                modelPrefix = named == Model ? "" : "models/";
                return named == modelPrefix + Model
                    ? null
                    : Errors.Invalid(name, $"'{name}' is another model than the one in the path.");
            case (Meaning.Stream, JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null):
                Stream = reader.TokenType == JsonTokenType.True;
                return null;
            case (Meaning.StreamOptions, JsonTokenType.StartObject or JsonTokenType.Null):
                return StreamOptions.Read(ref reader, out options);
            case (Meaning.Settings, JsonTokenType.StartObject):
                return ReadMembers(ref reader, member.Inner, name + ".");
            case (Meaning.Prompts, _):
                prompts = CountPrompts(ref reader);
                return null;
            case (Meaning.Size, JsonTokenType.String):
                size = reader.GetString();
                return null;
            case (Meaning.Quality, JsonTokenType.String):
                quality = reader.GetString();
                return null;
            case (Meaning.NotServed, JsonTokenType.False):
                return null;
            case (Meaning.NotServed, JsonTokenType.True):
                return Errors.Invalid(name, $"'{name}' is not served here.");
            case (not (Meaning.Model or Meaning.StreamOptions), JsonTokenType.Null):
                return null;
            case (Meaning.OutputLimit or Meaning.Choices, JsonTokenType.Number):
                if (!reader.TryGetInt64(out var number) || number < member.Least) break;
                if (member.Meaning == Meaning.OutputLimit) limit = Math.Max(limit ?? 0, number);
                else if (number <= ChoicesMax) choices = Math.Max(choices, number);
                else break;
                return null;
        }

        return Errors.Invalid(name, $"'{name}' has the wrong type or is out of range.");
    }

    private static (int From, int Until) Inside(ref Utf8JsonReader reader)
    {
        var from = (int)reader.TokenStartIndex + 1;
        return (from, from + reader.ValueSpan.Length);
    }

    /// <summary>A text and a list of token numbers are one prompt; a list of either is many.</summary>
    private static long CountPrompts(ref Utf8JsonReader reader)
    {
        var many = 0L;
        var depth = reader.CurrentDepth;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 1;
        }

        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.StartArray) many++;
            reader.Skip();
        }

        return Math.Max(1, many);
    }
}
