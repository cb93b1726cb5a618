namespace SupplyApi.Tests.Harness;

/// <summary>What a process knows of who serves a model, told to somebody who asks it to explain.</summary>
public static class Routes
{
    private const string Header = "X-Supply-Route";

    /// <summary>Of one call, whether it was served or not: `rule=cheapest; package/7=chosen`.</summary>
    public static string Of(Answer answer) =>
        answer.Header(Header) ?? throw new InvalidOperationException($"{Header} is missing: {answer}");

    /// <summary>The same, to be explained.</summary>
    public static Client Explained(this Client client) => client.With(Header, "explain");

    /// <summary>
    /// Until this package is the first that a process would ask. Somebody without money asks, so nobody is called.
    /// </summary>
    public static async Task FirstBecomesAsync(
        Actors actors, string model, long package, SupplyApiProcess? process = null, int seconds = 15)
    {
        var poor = (await actors.ConsumerAsync(0)).Quietly().Explained();
        if (process is not null) poor = poor.At(process);
        await Eventually.Async(
            () => poor.Post("/v1/chat/completions", Consumer.Chat(model, "Hello.")),
            answer => answer.Header(Header)?.Split("; ")[1].StartsWith($"package/{package}=", StringComparison.Ordinal)
                == true,
            $"package {package} before all others", seconds);
    }
}
