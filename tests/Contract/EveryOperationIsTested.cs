namespace SupplyApi.Tests.Contracts;

/// <summary>The same name four times: operation, slice, file, test class.</summary>
public sealed class EveryOperationIsTested
{
    [Fact]
    public void By_a_class_of_its_name()
    {
        var pending = ContractCoverage.Pending();
        var classes = typeof(EveryOperationIsTested).Assembly.GetTypes().Select(static one => one.Name).ToHashSet();
        var untested = Suite.Contract.Operations
            .Where(one => !one.Statuses.All(status => pending.Contains((one.Id, status))))
            .Select(static one => char.ToUpperInvariant(one.Id[0]) + one.Id[1..] + "Tests")
            .Where(name => !classes.Contains(name));

        Assert.Empty(untested);
    }
}
