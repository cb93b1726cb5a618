using SupplyApi.Features.Supply.Settlements;

namespace SupplyApi.Host;

/// <summary>`supply verify-statement`: is this file, to the last byte, what the platform signed? Asks nobody.</summary>
internal static class StatementCheck
{
    /// <param name="keysFile">A saved /.well-known/jwks.json; null: this installation's own key.</param>
    internal static int Run(string file, string? keysFile)
    {
        try
        {
            var fault = StatementFile.FindFault(
                File.ReadAllBytes(file), keysFile is null ? OwnKeys() : ReadKeys(keysFile));
            Console.Out.WriteLine($"{file}: {fault ?? "good"}");
            return fault is null ? 0 : 1;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"supply: {error.Message.ReplaceLineEndings(" ")}");
            return 2;
        }
    }

    private static Signature.PublicKey[] OwnKeys()
    {
        using var signature = new Signature(MasterKey.Find(Commands.ReadSettings(), mayMake: false));
        return [signature.Key];
    }

    private static List<Signature.PublicKey> ReadKeys(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return
            [
                .. json.RootElement.GetProperty("keys").EnumerateArray()
                    .Where(static key => Text(key, "crv") == "P-256")
                    .Select(static key => Signature.PublicKey.Of(Text(key, "x"), Text(key, "y"))),
            ];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SettingsException("--keys", $"{file} is no JSON Web Key Set");
        }
    }

    private static string Text(JsonElement key, string name) => key.GetProperty(name).GetString()!;
}
