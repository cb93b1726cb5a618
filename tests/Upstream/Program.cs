using SupplyApi.Upstream;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = null;
});

var app = builder.Build();
var log = new RequestLog();

app.MapGet("/upstream/log", log.ShowAsync);
app.Use(log.ObserveAsync);
app.MapGet("/v1/models", ModelLists.ListAsync);
app.MapGet("/v1beta/models", ModelLists.ListGeminiAsync);
app.MapGet("/v1/dashboard/billing/credit_grants", CreditGrants.ShowAsync);
app.MapPost("/v1/chat/completions", new ChatCompletions().HandleAsync);
app.MapPost("/v1/completions", new Completions().HandleAsync);
app.MapPost("/v1/responses", new Responses().HandleAsync);
app.MapPost("/v1/embeddings", new Embeddings().HandleAsync);
app.MapPost("/v1/images/generations", new Images().HandleAsync);
app.MapPost("/v1/messages", new Messages().HandleAsync);
app.MapPost("/v1/messages/count_tokens", new MessageTokens().HandleAsync);
app.MapPost("/v1beta/models/{model}:{action}", new Contents().HandleAsync);
app.MapFallback(Refusal.UnknownUrlAsync);

await app.StartAsync();
foreach (var url in app.Urls)
    Console.WriteLine($"upstream: listening on {url}");
await app.WaitForShutdownAsync();
