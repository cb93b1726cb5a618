using System.Text;

namespace SupplyApi.Tests.Startup;

/// <summary>SIGTERM: not ready any more, what is under way ends well, then the process ends with 0.</summary>
public sealed class TerminationDrains : OwnProcessTest
{
    [Fact]
    public async Task Streams_finish_and_are_billed()
    {
        var sale = await Sale.MakeAsync(Actors);
        using var response = await sale.Consumer.OpenChatAsync(sale.Model, "!chunks=40 !slow=50 !tokens=10,40");
        await using var stream = await response.Content.ReadAsStreamAsync();
        await Streams.ReadAsync(stream, events: 2);

        var ended = Api.TerminateAsync();
        await Eventually.Async(
            () => Actors.Stranger().Get("/health/ready"), static one => one.Status == 503, "draining");
        using var rest = new StreamReader(stream, Encoding.UTF8);
        Assert.EndsWith("data: [DONE]\n\n", await rest.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await ended);

        await Api.StartAgainAsync();
        Assert.Equal((10 * Sale.PerInputToken) + (40 * Sale.PerOutputToken), await sale.ChargedAsync());
    }
}
