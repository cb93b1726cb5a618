namespace SupplyApi.Features.Shared;

/// <summary>The person who asks, read fresh for this request; the authentication scheme puts it in place.</summary>
/// <param name="TenantId">The owner of everything this caller may see: stands in every WHERE.</param>
internal sealed record Caller(long UserId, long TenantId, bool IsAdmin, string RequestId)
{
    public static ValueTask<Caller?> BindAsync(HttpContext http) => ValueTask.FromResult(http.Features.Get<Caller>());
}
