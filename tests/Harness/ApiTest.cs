namespace SupplyApi.Tests.Harness;

/// <summary>A test against the one process that the whole suite shares.</summary>
public abstract class ApiTest : IAsyncLifetime
{
    private Actors? actors;
    private SupplyApiProcess? api;

    protected SupplyApiProcess Api => api!;
    protected Actors Actors => actors!;
    protected Transcript Transcript { get; } = new();

    public virtual async ValueTask InitializeAsync()
    {
        api = await StartAsync();
        actors = new Actors(api, Transcript);
    }

    /// <summary>Whatever the test did, the money of its database still sums to zero.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (api is not null) await MoneyProof.SumsToZeroAsync(api.Database);
    }

    /// <summary>Another process for tests that break it or need it fresh.</summary>
    protected virtual Task<SupplyApiProcess> StartAsync() => Suite.SharedAsync();
}
