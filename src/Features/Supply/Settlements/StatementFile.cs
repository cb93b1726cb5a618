using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// A statement as a file: CSV and JSON carry their signature with them, so that either proves itself years later and
/// without us; HTML is for the printer.
/// </summary>
internal static class StatementFile
{
    private const string SignatureRow = "signature,";

    /// <summary>RFC 4180. The last row signs every byte before it.</summary>
    internal static byte[] Csv(Statement statement, Signature signature)
    {
        var text = new StringBuilder("field,value\r\n");
        foreach (var (name, value) in statement.Settlement.Fields())
            text.Append(CultureInfo.InvariantCulture, $"{name},{Cell(value)}\r\n");
        text.Append("\r\nday,platform,amount\r\n");
        foreach (var line in statement.Lines)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{line.Day:yyyy-MM-dd},{line.Platform},{Money.ToText(line.Amount)}\r\n");
        text.Append("\r\naccount,sequence,transfer_id,amount,balance,reason,posted_at,hash\r\n");
        foreach (var entry in statement.Entries)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{entry.Kind},{entry.Sequence},{entry.TransferId},{Money.ToText(entry.Amount)},"
                + $"{Money.ToText(entry.Balance)},{entry.Reason},{Statement.Time(entry.PostedAt)},"
                + $"{Convert.ToHexStringLower(entry.Hash)}\r\n");
        text.Append("\r\n");
        var body = Encoding.UTF8.GetBytes(text.ToString());
        return [.. body, .. Encoding.UTF8.GetBytes(SignatureLine(signature.Key.Kid, signature.Sign(body)))];
    }

    internal static byte[] Json(Statement statement, Signature signature)
    {
        var body = statement.ToJson();
        return CanonicalJson.Write(Signed(body, signature.Key.Kid, signature.Sign(CanonicalJson.Write(body))));
    }

    internal static byte[] Html(Statement statement)
    {
        var fields = string.Concat(statement.Settlement.Fields().Select(field =>
            $"<tr><th>{Encode(field.Name)}<td>{Encode(field.Value)}\n"));
        var lines = string.Concat(statement.Lines.Select(line =>
            $"<tr><td>{line.Day:yyyy-MM-dd}<td>{Encode(line.Platform)}<td class=n>{Money.ToText(line.Amount)}\n"));
        var entries = string.Concat(statement.Entries.Select(entry =>
            $"<tr><td>{Statement.Time(entry.PostedAt)}<td>{Encode(entry.Kind)} {entry.Sequence}"
            + $"<td>{Encode(entry.Reason)}<td class=n>{Money.ToText(entry.Amount)}"
            + $"<td class=n>{Money.ToText(entry.Balance)}"
            + $"<td><code>{Convert.ToHexStringLower(entry.Hash)[..16]}</code>\n"));
        return Encoding.UTF8.GetBytes($$"""
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>Statement {{Encode(statement.Settlement.No)}}</title>
            <style>
            body { font: 11pt/1.4 system-ui, sans-serif; margin: 2cm auto; max-width: 19cm }
            table { border-collapse: collapse; width: 100%; margin: 0 0 1.5em }
            th, td { border-bottom: 1px solid #bbb; padding: .2em .5em; text-align: left; vertical-align: top }
            .n { text-align: right; font-variant-numeric: tabular-nums }
            @page { size: A4; margin: 15mm } @media print { body { margin: 0 } tr { break-inside: avoid } }
            </style>
            <h1>Settlement statement</h1>
            <table>
            {{fields}}</table>
            <h2>What was withdrawn</h2>
            <table><tr><th>day (UTC)<th>platform<th class=n>amount
            {{lines}}</table>
            <h2>How the ledger moved it</h2>
            <table><tr><th>posted at<th>account<th>reason<th class=n>amount<th class=n>balance<th>hash
            {{entries}}</table>
            <p>The CSV and the JSON of this statement are signed; the key is at /.well-known/jwks.json.</p>
            </html>

            """);
    }

    /// <summary>
    /// Checks every byte of a CSV or JSON statement. Null when it is as we signed it, else what is wrong.
    /// </summary>
    internal static string? FindFault(ReadOnlySpan<byte> file, IReadOnlyList<Signature.PublicKey> keys)
    {
        try
        {
            return file is [(byte)'{', ..] ? FindFaultInJson(file, keys) : FindFaultInCsv(file, keys);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException
                                          or ArgumentException)
        {
            return "the file is no statement, or a part of it was altered";
        }
    }

    private static string? FindFaultInJson(ReadOnlySpan<byte> file, IReadOnlyList<Signature.PublicKey> keys)
    {
        if (JsonNode.Parse(file) is not JsonObject document || document["statement"] is not JsonObject statement)
            return "the file is no signed statement";

        var (kid, value) = (Text(document["signature"]?["key_id"]), Text(document["signature"]?["value"]));
        var signature = Base64Url.DecodeFromChars(value);
        // Exactly what we would have written: no byte can differ where the signature does not reach.
        if (!CanonicalJson.Write(Signed(statement.DeepClone().AsObject(), kid, signature)).AsSpan().SequenceEqual(file))
            return "the file is not in its canonical form: a part of it was altered";
        return FindFault(CanonicalJson.Write(statement), kid, signature, keys);
    }

    private static string? FindFaultInCsv(ReadOnlySpan<byte> file, IReadOnlyList<Signature.PublicKey> keys)
    {
        var start = file.LastIndexOf("\r\nsignature,"u8) + 2;
        if (start < 2) return "the file has no signature row";

        var row = Encoding.UTF8.GetString(file[start..]);
        if (row.TrimEnd().Split(',') is not [_, Signature.Algorithm, var kid, var value])
            return "the signature row is not as we write it";
        var signature = Base64Url.DecodeFromChars(value);
        if (row != SignatureLine(kid, signature)) return "the signature row is not as we write it";
        return FindFault(file[..start], kid, signature, keys);
    }

    private static string? FindFault(
        ReadOnlySpan<byte> body, string kid, byte[] signature, IReadOnlyList<Signature.PublicKey> keys)
    {
        var key = keys.FirstOrDefault(one => one.Kid == kid);
        if (key is null) return $"the key {kid} is not among the keys to check with";
        return signature.Length == Signature.Length && key.Verify(body, signature)
            ? null
            : "the signature does not fit: the file was altered";
    }

    private static JsonObject Signed(JsonObject statement, string kid, byte[] signature) => new()
    {
        ["statement"] = statement,
        ["signature"] = new JsonObject
        {
            ["algorithm"] = Signature.Algorithm,
            ["key_id"] = kid,
            ["value"] = Base64Url.EncodeToString(signature),
        },
    };

    private static string SignatureLine(string kid, byte[] signature) =>
        $"{SignatureRow}{Signature.Algorithm},{kid},{Base64Url.EncodeToString(signature)}\r\n";

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string Text(JsonNode? node) =>
        node?.GetValue<string>() ?? throw new FormatException("The signature is missing.");

    // Quoted when it must be; an apostrophe keeps a spreadsheet from taking words for a formula.
    private static string Cell(string value)
    {
        if (value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..]) value = "'" + value;
        return value.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : value;
    }
}
