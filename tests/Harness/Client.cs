using System.Globalization;
using System.Text;

namespace SupplyApi.Tests.Harness;

/// <summary>Somebody who sends requests from an address of one's own, with or without a credential.</summary>
public class Client
{
    private static readonly HttpMessageInvoker Invoker = new(new ExchangeHandler(new SocketsHttpHandler
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        UseProxy = false,
        MaxConnectionsPerServer = 200,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        Expect100ContinueTimeout = TimeSpan.FromSeconds(30),
        // Who leaves in the middle of an answer hangs up, rather than reading on to keep the line.
        MaxResponseDrainSize = 0,
    }));

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static int addresses;

    private List<(string Name, string Value)> chosen = [];
    private bool isOutsideTheContract;
    private bool mayBeCut;
    private bool mayFail;

    public Client(SupplyApiProcess api, Transcript? transcript)
    {
        Api = api;
        Transcript = transcript;
        var number = Interlocked.Increment(ref addresses);
        Address = string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16}.{number >> 8 & 255}.{number & 255}");
    }

    public SupplyApiProcess Api { get; private set; }

    protected Transcript? Transcript { get; private set; }

    /// <summary>What the service takes for this client's own address; throttles count by it.</summary>
    public string Address { get; }

    /// <summary>The bearer credential: a session token or an sk- key; null for none.</summary>
    public string? Credential { get; set; }

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null);
    public Task<Answer> Post(string path, string? json = null) => Send(HttpMethod.Post, path, json);
    public Task<Answer> Put(string path, string? json = null) => Send(HttpMethod.Put, path, json);
    public Task<Answer> Delete(string path) => Send(HttpMethod.Delete, path, null);

    /// <summary>The same client with one header more, or another value for one the harness sends by itself.</summary>
    public Client With(string header, string value) => Changed(one =>
        one.chosen = [.. chosen.Where(kept => kept.Name != header), (header, value)]);

    public Client WithCredential(string? credential) => Changed(one => one.Credential = credential);

    /// <summary>The same person at another process on the same database.</summary>
    public Client At(SupplyApiProcess other) => Changed(one => one.Api = other);

    /// <summary>Without a place in the transcript.</summary>
    public Client Quietly() => Changed(static one => one.Transcript = null);

    /// <summary>For paths and methods that openapi.yaml does not know, on purpose.</summary>
    public Client OutsideTheContract() => Changed(static one => one.isOutsideTheContract = true);

    /// <summary>For calls under a fault that the test itself set: a 500 is then no bug.</summary>
    public Client MayFail() => Changed(static one => one.mayFail = true);

    /// <summary>For calls whose answer may break off; <see cref="Exchange.WasCut"/> tells.</summary>
    public Client MayBeCut() => Changed(static one => one.mayBeCut = true);

    public async Task<Answer> Send(HttpMethod method, string path, string? json)
    {
        using var request = Request(method, path, json, isStreamed: false);
        using var patience = new CancellationTokenSource(Patience);
        using var response = await Invoker.SendAsync(request, patience.Token);
        request.Options.TryGetValue(ExchangeHandler.ExchangeKey, out var exchange);
        return exchange!.WasCut && !mayBeCut
            ? throw new InvalidOperationException($"{method} {path}: the answer broke off after {exchange.Body}")
            : new Answer(exchange);
    }

    /// <summary>The answer as it comes; dispose it to leave in the middle.</summary>
    public async Task<HttpResponseMessage> Open(
        HttpMethod method, string path, string? json, CancellationToken ct = default) =>
        await Invoker.SendAsync(Request(method, path, json, isStreamed: true), ct);

    /// <summary>A body that is no JSON, or whose type is another.</summary>
    public Task<Answer> PostRaw(string path, string body, string contentType) =>
        With("Content-Type", contentType).Send(HttpMethod.Post, path, body);

    private HttpRequestMessage Request(HttpMethod method, string path, string? json, bool isStreamed)
    {
        var request = new HttpRequestMessage(method, new Uri(Api.Address, path));
        if (json is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        Add(request, "Content-Type", json is null ? null : "application/json");
        Add(request, "X-Forwarded-For", Address);
        Add(request, "X-Request-Id", $"test-{Guid.NewGuid():n}");
        Add(request, "Authorization", Credential is null ? null : $"Bearer {Credential}");
        if (Suite.Contract.Find(method.Method, path)?.AsksForIdempotencyKey == true)
            Add(request, "Idempotency-Key", $"key-{Guid.NewGuid():n}");
        Sign(request, json);
        foreach (var (name, _) in chosen) Add(request, name, null);

        request.Options.Set(
            ExchangeHandler.TermsKey, new Terms(json, chosen, Transcript, isOutsideTheContract, mayFail, isStreamed));
        return request;
    }

    /// <summary>For who signs requests: adds what proves who sent this one.</summary>
    protected virtual void Sign(HttpRequestMessage request, string? body)
    {
    }

    // What the test chose wins; an empty choice takes the header away.
    protected void Add(HttpRequestMessage request, string name, string? value)
    {
        var own = chosen.Find(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        if ((own ?? value) is not { Length: > 0 } text) return;
        if (request.Headers.NonValidated.Contains(name)) return;
        if (request.Content?.Headers.NonValidated.Contains(name) == true) return;
        if (!request.Headers.TryAddWithoutValidation(name, text))
            request.Content?.Headers.TryAddWithoutValidation(name, text);
    }

    protected Client Changed(Action<Client> change)
    {
        var copy = (Client)MemberwiseClone();
        change(copy);
        return copy;
    }
}
