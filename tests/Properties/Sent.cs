using System.Text;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Tests.Properties;

/// <summary>What goes to the provider.</summary>
internal static class Sent
{
    internal static string Text(CallRequest request, string? upstreamModel = null)
    {
        var body = request.Outgoing(upstreamModel ?? request.Model);
        var sent = new byte[body.Length];
        body.CopyTo(sent);
        Assert.Equal(sent, Enumerable.Range(0, OutgoingBody.Pieces).SelectMany(at => body.Piece(at).ToArray()));
        return Encoding.UTF8.GetString(sent);
    }
}
