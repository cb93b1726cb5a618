namespace SupplyApi.Host;

/// <summary>The one secret from which every other key is derived.</summary>
internal static class MasterKey
{
    /// <summary>With the embedded database the key lies beside it; a server of others must be given its key.</summary>
    internal static byte[] Find(Settings settings, bool mayMake = true)
    {
        if (settings.MasterKey is not null) return settings.MasterKey;
        if (settings.ConnectionString is not null)
            throw new SettingsException(
                "Supply__MasterKey", "is required with an external database (openssl rand -base64 32)");

        var file = Path.Combine(settings.DataDirectory, "master.key");
        try
        {
            if (!File.Exists(file) && !mayMake)
                throw new SettingsException(
                    "Supply__MasterKey", "is needed, or --keys with the platform's public keys");
            if (!File.Exists(file))
            {
                Directory.CreateDirectory(settings.DataDirectory);
                var options = new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                };
                using var made = new StreamWriter(file, options);
                made.WriteLine(Convert.ToBase64String(Secrets.NewMasterKey()));
            }

            var key = Convert.FromBase64String(File.ReadAllText(file).Trim());
            return key.Length == Secrets.MasterKeyBytes ? key : throw new FormatException();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException("Supply__DataDirectory", error.Message.ReplaceLineEndings(" "));
        }
        catch (FormatException)
        {
            throw new SettingsException("Supply__MasterKey", $"the file {file} does not hold 32 bytes in base64");
        }
    }
}
