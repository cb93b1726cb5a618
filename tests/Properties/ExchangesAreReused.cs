using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Tests.Properties;

/// <summary>One call's exchange serves the next: nothing of the one may be left for the other.</summary>
public sealed class ExchangesAreReused
{
    // They belong to others, who are not here.
    private static readonly string[] Others = ["UpstreamAnswer", "Silence", "CandidateWalk"];

    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    [Fact]
    public void With_nothing_left_of_the_call_before()
    {
        var (used, fresh) = (new GatewayExchange(), new GatewayExchange());
        used.Begin(new DefaultHttpContext(), new KeyHolder(1, 2, 3, [], [], 4), OpenAi.Chat);
        Assert.Null(CallRequest.Read(
            OpenAi.Chat, """{ "model": "m", "stream": true, "max_tokens": 5 }"""u8.ToArray(), null, out used.Request));
        (used.Body, used.Kept, used.Meter) = (new CallBody(), new KeptAnswer(), OpenAi.Chat.NewMeter());
        "abc"u8.CopyTo(used.Buffer.Room(3).Span);
        used.Buffer.Filled(3);
        used.Buffer.Kept = 2;
        foreach (var field in typeof(GatewayExchange).GetFields(Own))
        {
            if (field.IsInitOnly || !IsAsFresh(field, used, fresh)) continue;
            if (Filling(field.FieldType) is { } filling) field.SetValue(used, filling);
            else Assert.Contains(field.FieldType.Name, Others);
        }

        Assert.True(used.TryReset());
        var left = typeof(GatewayExchange).GetFields(Own)
            .Where(one => !one.IsInitOnly && !IsAsFresh(one, used, fresh))
            .Select(static one => one.Name);
        Assert.Empty(left);
        Assert.Equal((0, 0), (used.Buffer.Length, used.Buffer.Kept));
    }

    private static bool IsAsFresh(FieldInfo field, GatewayExchange used, GatewayExchange fresh) =>
        Equals(field.GetValue(used), field.GetValue(fresh));

    private static object? Filling(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return "left";
        if (type == typeof(bool)) return true;
        if (type.IsEnum) return Enum.ToObject(type, 1);
        if (type == typeof(TimeSpan)) return TimeSpan.FromSeconds(1);
        if (type.IsPrimitive) return Convert.ChangeType(1, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type == typeof(CancellationToken)) return new CancellationToken(canceled: true);
        if (type == typeof(Coverage)) return new Unlike();
        return type.IsValueType || typeof(IDisposable).IsAssignableFrom(type)
            ? null
            : RuntimeHelpers.GetUninitializedObject(type);
    }

    private sealed class Unlike : Coverage
    {
        internal override bool Covers(long outputTokens) => false;
    }
}
