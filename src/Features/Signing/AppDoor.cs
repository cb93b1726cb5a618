namespace SupplyApi.Features.Signing;

/// <summary>How long the open API works on one request.</summary>
internal sealed record AppTerms(TimeSpan TimeLimit);

/// <summary>
/// What every request of an app goes through: signed by it, small enough, and answered in time. What takes longer is
/// given up, and its work with it.
/// </summary>
internal sealed class AppDoor(SignedRequests signed, AppTerms terms)
{
    private const int BodyBytesMax = 1024 * 1024;

    internal async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        var client = http.RequestAborted;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(client);
        limit.CancelAfter(terms.TimeLimit);
        http.RequestAborted = limit.Token;
        try
        {
            var outcome = await signed.AdmitAsync(http, BodyBytesMax);
            if (outcome.Refusal is not null)
            {
                await outcome.Refusal.ExecuteAsync(http);
                return;
            }

            http.Features.Set(new AppCaller(outcome.Value!, http.TraceIdentifier));
            await next(http);
        }
        catch (OperationCanceledException) when (!client.IsCancellationRequested && !http.Response.HasStarted)
        {
            http.RequestAborted = client;
            http.Response.Clear();
            http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
            await Errors.TimeIsUp.ExecuteAsync(http);
        }
        finally
        {
            http.RequestAborted = client;
        }
    }
}

/// <summary>The app that asks; the door puts it in place.</summary>
internal sealed record AppCaller(SignedApp App, string RequestId)
{
    /// <summary>Whose doing it is in the audit log: the app acts for the user it belongs to.</summary>
    internal Caller Owner => new(App.UserId, App.TenantId, IsAdmin: false, RequestId);

    public static ValueTask<AppCaller?> BindAsync(HttpContext http) =>
        ValueTask.FromResult(http.Features.Get<AppCaller>());
}
