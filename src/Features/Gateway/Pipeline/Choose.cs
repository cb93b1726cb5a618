using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Protocols;
using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// 2: who can serve the model, in the order of the published rule, from the one snapshot that the call began with. Who
/// has no room for a call right now is passed over.
/// </summary>
internal sealed class Choose(RoutingTable table, TimeProvider clock)
{
    internal ValueTask<bool> RunAsync(GatewayExchange exchange)
    {
        var wish = exchange.Http.Request.Headers[RouteNotes.Header];
        if (wish.Count > 0 && !string.Equals(wish, RouteNotes.Wish, StringComparison.OrdinalIgnoreCase))
        {
            exchange.Refusal = Errors.Invalid(
                RouteNotes.Header, $"{RouteNotes.Header} can only be '{RouteNotes.Wish}'.");
            return new(false);
        }

        if (exchange.Key.Subscriber is { } subscriber)
        {
            exchange.Plan = subscriber.PlanFor(exchange.Request.Model, clock.GetUtcNow());
            if (exchange.Plan is null)
            {
                exchange.Refusal = Errors.NotSubscribed(exchange.Request.Model);
                return new(false);
            }
        }

        if (Begin(exchange, table.Current, wish.Count > 0)) return new(true);
        return exchange.Plan is { PackageId: > 0 } plan
            ? new(FindPackageAsync(exchange, plan.PackageId, wish.Count > 0))
            : new(FindAsync(exchange, wish.Count > 0));
    }

    /// <summary>The next candidate that takes the call; false: nobody else does, and the refusal says why.</summary>
    internal bool Next(GatewayExchange exchange)
    {
        Leave(exchange);
        ref var walk = ref exchange.Walk;
        var (now, moment) = (clock.GetUtcNow(), clock.Milliseconds());
        while (walk.Next(moment) is { } candidate)
        {
            if (candidate.ExpiresAt <= now)
            {
                walk.Notes?.Add(candidate, "expired");
                continue;
            }

            var entry = candidate.State.Enter(candidate.MaxConcurrent, candidate.RateLimitRpm, moment);
            if (entry.Obstacle == Obstacle.None)
            {
                walk.Enter(candidate, entry, moment);
                (exchange.Candidate, exchange.Refusal) = (AsAgreed(candidate, exchange.Plan), null);
                return true;
            }

            walk.PassOver(candidate, entry);
        }

        exchange.Refusal = WhyNobody(exchange);
        return false;
    }

    /// <summary>The candidate's answer begins: the last moment at which a header can still be set.</summary>
    internal void Answered(GatewayExchange exchange)
    {
        exchange.Walk.Answered(clock.Milliseconds());
        Explain(exchange, exchange.Candidate);
    }

    /// <summary>The candidate was not asked, as no money could be held.</summary>
    internal static void Withdraw(GatewayExchange exchange) =>
        exchange.Walk.Withdraw(exchange.MayTryAnother ? "quota" : "money");

    /// <summary>The candidate is done with the call: tells its state how it went. Once is enough.</summary>
    internal void Leave(GatewayExchange exchange)
    {
        var failure = exchange.Failure != Failure.None ? exchange.Failure : exchange.Ending switch
        {
            Ending.UpstreamFailed or Ending.UpstreamFailedBeforeFirstByte => Failure.Upstream,
            Ending.ClientLeftBeforeFirstByte => Failure.Caller,
            _ => Failure.None,
        };
        exchange.Walk.Leave(
            failure, exchange.UpstreamStatus, exchange.Refusal?.RetryAfter ?? default, clock.Milliseconds());
    }

    /// <summary>The call is refused: the wait is the shortest after which somebody may serve it.</summary>
    internal static void Conclude(GatewayExchange exchange)
    {
        if (exchange.Walk.IsHindered && exchange.Refusal?.RetryAfter > exchange.Walk.ShortestWait)
            exchange.Refusal = exchange.Refusal with { RetryAfter = exchange.Walk.ShortestWait };
        Explain(exchange, null);
    }

    private static void Explain(GatewayExchange exchange, Candidate? chosen)
    {
        if (exchange.Walk.Notes is { } notes && !exchange.Http.Response.HasStarted)
            exchange.Http.Response.Headers[RouteNotes.Header] = notes.TextWith(chosen);
    }

    private static bool Begin(GatewayExchange exchange, RoutingSnapshot snapshot, bool isExplained)
    {
        if (snapshot.Find(exchange.Request.Model) is not { } offers) return false;
        var providers = exchange.Protocol.Providers;
        var candidates = exchange.Plan is { PackageId: > 0 } plan
            ? offers.Only(plan.PackageId, providers)
            : offers.Of(providers);
        if (candidates.Length == 0) return false;
        // A plan is one package, or whoever is the cheapest.
        var rule = exchange.Plan is null ? snapshot.Rule : RoutingRule.Cheapest;
        exchange.Walk.Begin(rule, candidates, offers.Turn, isExplained ? new RouteNotes(rule) : null);
        return true;
    }

    // A subscriber pays no more than what was agreed on, and less where the supplier asks less by now.
    private static Candidate AsAgreed(Candidate candidate, Plan? plan)
    {
        if (plan is not { AgreedInput: { } input, AgreedOutput: { } output }) return candidate;
        var prices = candidate.Prices;
        return prices.Input <= input && prices.Output <= output
            ? candidate
            : candidate with { Prices = new Prices(Math.Min(prices.Input, input), Math.Min(prices.Output, output)) };
    }

    // What was published a moment ago may not have been told here yet.
    private async Task<bool> FindAsync(GatewayExchange exchange, bool isExplained)
    {
        var (model, providers, left) = (exchange.Request.Model, exchange.Protocol.Providers, exchange.Aborted);
        var provider = await table.FindProviderAsync(model, providers, left);
        if (provider is not null && providers.Contains(provider))
        {
            await table.RefreshAsync().WaitAsync(left);
            if (Begin(exchange, table.Current, isExplained)) return true;
            provider = null; // and gone again
        }

        exchange.Refusal = provider is null
            ? Errors.NoSuchModel(model)
            : Errors.ModelSpeaksOtherwise(model, Protocol.EndpointOf(provider, model));
        return false;
    }

    private async Task<bool> FindPackageAsync(GatewayExchange exchange, long package, bool isExplained)
    {
        var (model, left) = (exchange.Request.Model, exchange.Aborted);
        var provider = await table.FindProviderAsync(package, left);
        if (provider is not null && exchange.Protocol.Providers.Contains(provider))
        {
            await table.RefreshAsync().WaitAsync(left);
            if (Begin(exchange, table.Current, isExplained)) return true;
            provider = null; // and gone again
        }

        exchange.Refusal = provider is null
            ? Errors.PlanNotServed
            : Errors.ModelSpeaksOtherwise(model, Protocol.EndpointOf(provider, model));
        return false;
    }

    // Who was tried and failed has said why, unless a wait is all that it takes.
    private static Refusal WhyNobody(GatewayExchange exchange)
    {
        var (walk, refusal) = (exchange.Walk, exchange.Refusal);
        if (!walk.IsHindered) return refusal ?? Errors.NoSuchModel(exchange.Request.Model);
        if (refusal is { RetryAfter: not null } or { Status: not StatusCodes.Status503ServiceUnavailable })
            return refusal;
        return walk.IsOnlyLimited
            ? Errors.SuppliersAtLimit(walk.ShortestWait)
            : Errors.NoCapacity with { RetryAfter = walk.ShortestWait };
    }
}
