using System.Text.Json.Nodes;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Intents;

/// <summary>The intents of the app's consumer, filtered, sorted and cut down to what is asked for.</summary>
internal static class ListIntents
{
    internal sealed record Response<T>(IReadOnlyList<T> Items, long Total, int Page, int PageSize, long TotalPages);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/intents", Handle)
        .WithName("listIntents");

    private static async Task<IResult> Handle(
        HttpRequest request, AppCaller caller, NpgsqlDataSource db, Secrets secrets, FieldChoice choice,
        CancellationToken ct)
    {
        if (ListQuery.Read(request.Query, IntentFilter.Terms, out var query) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var list = new IntentList(connection, caller.App.ConsumerId, IntentFilter.Of(query.Conditions), query);
        var (intents, total) = await list.ReadAsync(ct);
        var views = intents.Select(one => IntentView.Masked(one, secrets));
        return query.Members is null
            ? TypedResults.Ok(Answer([.. views]))
            : TypedResults.Ok(Answer<JsonObject>([.. views.Select(one => choice.Of(one, query.Members))]));

        ApiAnswer<Response<T>> Answer<T>(IReadOnlyList<T> items)
        {
            var pages = (total + query.PageSize - 1) / query.PageSize;
            return ApiAnswer<Response<T>>.Of(new(items, total, query.Page, query.PageSize, pages));
        }
    }
}

[JsonSerializable(typeof(ApiAnswer<ListIntents.Response<IntentView>>))]
[JsonSerializable(typeof(ApiAnswer<ListIntents.Response<JsonObject>>))]
internal sealed partial class ListIntentsJson : JsonSerializerContext;
