using System.Text;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Tests.Properties;

/// <summary>What goes to the provider.</summary>
internal static class Sent
{
    internal static string Text(CallRequest request, string? upstreamModel = null)
    {
        using var content = request.Outgoing(upstreamModel ?? request.Model);
        using var sent = new MemoryStream();
        Assert.True(content.CopyToAsync(sent).IsCompletedSuccessfully);
        Assert.Equal(content.Headers.ContentLength, sent.Length);
        return Encoding.UTF8.GetString(sent.ToArray());
    }
}
