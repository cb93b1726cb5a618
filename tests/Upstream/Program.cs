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
var chat = new ChatCompletions();

app.MapGet("/upstream/log", log.ShowAsync);
app.Use(log.ObserveAsync);
app.MapGet("/v1/models", ModelLists.ListAsync);
app.MapGet("/v1beta/models", ModelLists.ListGeminiAsync);
app.MapGet("/v1/dashboard/billing/credit_grants", CreditGrants.ShowAsync);
app.MapPost("/v1/chat/completions", chat.HandleAsync);
app.MapFallback(Refusal.UnknownUrlAsync);

await app.StartAsync();
foreach (var url in app.Urls)
    Console.WriteLine($"upstream: listening on {url}");
await app.WaitForShutdownAsync();
