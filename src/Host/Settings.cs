using System.Globalization;
using System.Net;
using SupplyApi.Features.Supply.Settlements;

namespace SupplyApi.Host;

/// <summary>
/// What stops a start: the setting's name as an operator writes it, and what is wrong with its value.
/// </summary>
internal sealed class SettingsException(string setting, string problem) : Exception($"{setting}: {problem}");

/// <summary>
/// Everything an operator can set, read and checked by hand once: a bad value ends the start with its name.
/// </summary>
internal sealed record Settings
{
    private const int HoldDaysMax = 3650;

    // Two listen for as long as the process lives, batches of prices take eight.
    private const int PoolMin = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);
    private static readonly string[] ProviderNames = ["openai", "anthropic", "gemini", "baidu", "xfyun", "tencent"];

    internal required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Null: the embedded PostgreSQL.</summary>
    internal required string? ConnectionString { get; init; }

    internal required string DataDirectory { get; init; }

    internal required byte[]? MasterKey { get; init; }

    internal required Uri? PublicUrl { get; init; }

    /// <summary>The platform's share of what consumers pay, 0 to 1.</summary>
    internal required decimal PlatformFeeRate { get; init; }

    /// <summary>The platform's share of what suppliers withdraw, 0 to 0.5.</summary>
    internal required decimal WithdrawalFeeRate { get; init; }

    /// <summary>Where outbox events go; null: nowhere.</summary>
    internal required WebhookAddress? Webhook { get; init; }

    /// <summary>The pause after an event was refused for the first time; it doubles with every further one.</summary>
    internal required TimeSpan WebhookRetryAfter { get; init; }

    internal required SmsTerms Sms { get; init; }

    internal required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Added to the clock, for tests of what expires.</summary>
    internal required TimeSpan ClockOffset { get; init; }

    /// <summary>How long a call's earning waits before it can be withdrawn.</summary>
    internal required TimeSpan EarningsHold { get; init; }

    /// <summary>How long a provider may think before it answers.</summary>
    internal required TimeSpan FirstByteTimeout { get; init; }

    /// <summary>How long a provider's answer may pause.</summary>
    internal required TimeSpan IdleTimeout { get; init; }

    /// <summary>How long what a node took ahead stays its own after it fell silent.</summary>
    internal required TimeSpan LeaseLife { get; init; }

    /// <summary>How long a client that waits for events hears nothing before it is sent a comment.</summary>
    internal required TimeSpan KeepAliveAfter { get; init; }

    /// <summary>How long the open API works on one request.</summary>
    internal required TimeSpan AppTimeLimit { get; init; }

    /// <summary>Provider name to the address that replaces its public one.</summary>
    internal required IReadOnlyDictionary<string, Uri> ProviderOrigins { get; init; }

    /// <exception cref="SettingsException">A setting is missing or malformed.</exception>
    internal static Settings Read(IConfiguration source) => new()
    {
        Addresses = ReadAddresses(source["ASPNETCORE_URLS"] ?? source["URLS"]),
        ConnectionString = ReadConnectionString(source["ConnectionStrings:Supply"]),
        DataDirectory = Path.GetFullPath(NullIfEmpty(source["Supply:DataDirectory"]) ?? "data"),
        MasterKey = ReadMasterKey(source["Supply:MasterKey"]),
        PublicUrl = ReadOrigin("Supply__PublicUrl", source["Supply:PublicUrl"]),
        PlatformFeeRate = ReadRate("Supply__PlatformFeeRate", source["Supply:PlatformFeeRate"], 0.10m, 1),
        WithdrawalFeeRate =
            ReadRate("Supply__WithdrawalFeeRate", source["Supply:WithdrawalFeeRate"], 0.01m, 0.5m),
        Webhook = ReadWebhook(source, "Supply__Webhook__Url", "Supply__Webhook__Secret"),
        WebhookRetryAfter = ReadSpan(
            "Supply__Webhook__RetryAfter", source["Supply:Webhook:RetryAfter"], TimeSpan.FromSeconds(20), OneTick),
        Sms = ReadSms(source),
        TrustedProxies = ReadNetworks(source["Supply:TrustedProxies"]),
        ClockOffset = ReadSpan("Supply__ClockOffset", source["Supply:ClockOffset"], TimeSpan.Zero, TimeSpan.MinValue),
        EarningsHold = ReadHold(source["Supply:EarningsHold"]),
        FirstByteTimeout = ReadSpan("Supply__FirstByteTimeout", source["Supply:FirstByteTimeout"], Patience, OneTick),
        IdleTimeout = ReadSpan("Supply__IdleTimeout", source["Supply:IdleTimeout"], Patience, OneTick),
        LeaseLife = ReadSpan(
            "Supply__LeaseLife", source["Supply:LeaseLife"], TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(10)),
        KeepAliveAfter = ReadSpan(
            "Supply__KeepAliveAfter", source["Supply:KeepAliveAfter"], TimeSpan.FromSeconds(10), OneTick),
        AppTimeLimit = ReadSpan(
            "Supply__AppTimeLimit", source["Supply:AppTimeLimit"], TimeSpan.FromSeconds(30), OneTick),
        ProviderOrigins = ReadProviders(source),
    };

    private static List<string> ReadAddresses(string? text)
    {
        var addresses = (NullIfEmpty(text) ?? "http://127.0.0.1:8080")
            .Split(';', StringSplitOptions.RemoveEmptyEntries);
        foreach (var address in addresses)
        {
            // '*' and '+' mean every address to Kestrel; a name in their place makes the rest checkable.
            var checkable = address
                .Replace("//*", "//any", StringComparison.Ordinal)
                .Replace("//+", "//any", StringComparison.Ordinal);
            if (!Uri.TryCreate(checkable, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
                throw new SettingsException(
                    "ASPNETCORE_URLS", "must be http:// addresses (TLS ends at the load balancer)");
        }

        return [.. addresses];
    }

    private static string? ReadConnectionString(string? text)
    {
        if (NullIfEmpty(text) is null) return null;
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(builder.Host))
                throw new SettingsException("ConnectionStrings__Supply", "Host is missing");
            if (builder.ContainsKey("Maximum Pool Size") && builder.MaxPoolSize < PoolMin)
                throw new SettingsException("ConnectionStrings__Supply", $"Maximum Pool Size is {PoolMin} or more");
            return text;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new SettingsException("ConnectionStrings__Supply", error.Message.ReplaceLineEndings(" "));
        }
    }

    private static byte[]? ReadMasterKey(string? text)
    {
        if (NullIfEmpty(text) is null) return null;
        var key = new byte[Secrets.MasterKeyBytes + 1];
        return Convert.TryFromBase64String(text!, key, out var length) && length == Secrets.MasterKeyBytes
            ? key[..length]
            : throw new SettingsException("Supply__MasterKey", "must be 32 bytes in base64 (openssl rand -base64 32)");
    }

    private static Uri? ReadOrigin(string name, string? text)
    {
        if (NullIfEmpty(text) is null) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            ? uri
            : throw new SettingsException(name, "must be an http:// or https:// address without credentials");
    }

    private static WebhookAddress? ReadWebhook(IConfiguration source, string urlName, string secretName)
    {
        var url = ReadOrigin(urlName, Value(source, urlName));
        var secret = NullIfEmpty(Value(source, secretName)) is { } text
            ? WebhookAddress.ReadSecret(text)
                ?? throw new SettingsException(secretName, "must be whsec_ and 24 to 64 bytes in base64")
            : null;
        return (url, secret) switch
        {
            (null, null) => null,
            ({ }, { }) => new WebhookAddress(url, secret),
            ({ }, null) => throw new SettingsException(urlName, $"needs {secretName} as well"),
            _ => throw new SettingsException(secretName, $"needs {urlName} as well"),
        };
    }

    /// <summary>Who starts with the embedded database tries things out: codes are in the log.</summary>
    private static SmsTerms ReadSms(IConfiguration source)
    {
        var to = ReadWebhook(source, "Supply__Sms__WebhookUrl", "Supply__Sms__WebhookSecret");
        var isTrial = to is null && NullIfEmpty(source["ConnectionStrings:Supply"]) is null;
        return new SmsTerms(to, ReadFlag("Supply__Sms__Log", Value(source, "Supply__Sms__Log"), isTrial));
    }

    private static bool ReadFlag(string name, string? text, bool absent)
    {
        if (NullIfEmpty(text) is null) return absent;
        return bool.TryParse(text, out var flag) ? flag : throw new SettingsException(name, "must be true or false");
    }

    private static string? Value(IConfiguration source, string name) =>
        source[name.Replace("__", ":", StringComparison.Ordinal)];

    private static decimal ReadRate(string name, string? text, decimal absent, decimal max)
    {
        if (NullIfEmpty(text) is null) return absent;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate)
            && rate <= max
            ? rate
            : throw new SettingsException(
                name, $"must be a decimal number from 0 to {max}, such as {absent}");
    }

    private static List<IPNetwork> ReadNetworks(string? text)
    {
        var networks = new List<IPNetwork>();
        var parts = (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var one in parts)
        {
            if (IPNetwork.TryParse(one, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(one, out var address))
                networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else
                throw new SettingsException(
                    "Supply__TrustedProxies", $"'{one}' is neither an IP address nor a CIDR range");
        }

        return networks;
    }

    private static TimeSpan ReadHold(string? text)
    {
        const string Name = "Supply__EarningsHold";
        var hold = ReadSpan(Name, text, TimeSpan.FromDays(7), TimeSpan.Zero);
        return hold.TotalDays <= HoldDaysMax
            ? hold
            : throw new SettingsException(Name, $"must be at most {HoldDaysMax} days");
    }

    private static TimeSpan ReadSpan(string name, string? text, TimeSpan absent, TimeSpan min)
    {
        if (NullIfEmpty(text) is null) return absent;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) && span >= min
            ? span
            : throw new SettingsException(name, "must be a time span such as 00:02:00 or 7.00:00:00");
    }

    private static Dictionary<string, Uri> ReadProviders(IConfiguration source)
    {
        var origins = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var section in source.GetSection("Supply:Providers").GetChildren())
        {
            var name = section.Key.ToLowerInvariant();
            if (!ProviderNames.Contains(name))
                throw new SettingsException(
                    $"Supply__Providers__{section.Key}", $"is none of {string.Join(", ", ProviderNames)}");
            if (ReadOrigin($"Supply__Providers__{section.Key}__BaseUrl", section["BaseUrl"]) is { } origin)
                origins[name] = origin;
        }

        return origins;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
