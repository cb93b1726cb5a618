namespace SupplyApi.Tests.Supply.Settlements;

/// <summary>For five minutes, for five wrong tries, for its user and its phone, until the next one.</summary>
public sealed class CodesAreGoodOnce : ApiTest
{
    private const int Good = 409;
    private const int Bad = 400;

    [Fact]
    public async Task A_refused_withdrawal_does_not_use_it_up()
    {
        var supplier = await Actors.SupplierAsync();
        var code = await supplier.AskForCodeAsync();
        for (var attempt = 0; attempt < 7; attempt++)
            Assert.Equal(Good, (await Withdrawal.TryAsync(supplier, code)).Status);
    }

    [Fact]
    public async Task Five_wrong_tries_end_it()
    {
        var supplier = await Actors.SupplierAsync();
        var code = await supplier.AskForCodeAsync();
        for (var wrong = 0; wrong < 4; wrong++)
            Assert.Equal(Bad, (await Withdrawal.TryAsync(supplier, Another(code, wrong))).Status);
        Assert.Equal(Good, (await Withdrawal.TryAsync(supplier, code)).Status);

        Assert.Equal(Bad, (await Withdrawal.TryAsync(supplier, Another(code, 5))).Status);
        Assert.Equal(Bad, (await Withdrawal.TryAsync(supplier, code)).Status);
    }

    [Fact]
    public async Task Guesses_made_at_once_are_counted_too()
    {
        var supplier = await Actors.SupplierAsync();
        var code = await supplier.AskForCodeAsync();
        var guesses = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(guess => Withdrawal.TryAsync(supplier, Another(code, guess))));

        Assert.All(guesses, static one => Assert.Equal(Bad, one.Status));
        Assert.Equal(Bad, (await Withdrawal.TryAsync(supplier, code)).Status);
    }

    [Fact]
    public async Task A_new_one_takes_its_place()
    {
        var supplier = await Actors.SupplierAsync();
        var first = await supplier.AskForCodeAsync();
        await CodeRows.PassMinuteAsync(Api.Database, supplier.Id);
        var second = await supplier.AskForCodeAsync();

        if (first != second) Assert.Equal(Bad, (await Withdrawal.TryAsync(supplier, first)).Status);
        Assert.Equal(Good, (await Withdrawal.TryAsync(supplier, second)).Status);
    }

    [Fact]
    public async Task After_five_minutes_it_is_over()
    {
        var supplier = await Actors.SupplierAsync();
        var code = await supplier.AskForCodeAsync();
        await CodeRows.ExpireAsync(Api.Database, supplier.Id);

        Assert.Equal(Bad, (await Withdrawal.TryAsync(supplier, code)).Status);
    }

    [Fact]
    public async Task It_is_nobody_elses()
    {
        var supplier = await Actors.SupplierAsync();
        var other = await Actors.SupplierAsync();
        var code = await supplier.AskForCodeAsync();
        var others = await other.AskForCodeAsync();

        if (code != others) Assert.Equal(Bad, (await Withdrawal.TryAsync(other, code)).Status);
        Assert.Equal(Good, (await Withdrawal.TryAsync(supplier, code)).Status);
    }

    [Fact]
    public async Task Another_phone_ends_it_and_can_be_bound_then()
    {
        var supplier = await Actors.SupplierAsync();
        var admin = await Actors.AdminAsync();
        var code = await supplier.AskForCodeAsync();
        (await admin.Put($"/api/users/{supplier.Id}", """{ "phone": "" }""")).Expect(200);

        Assert.Equal(Bad, (await Withdrawal.TryAsync(supplier, code)).Status);
        await CodeRows.PassMinuteAsync(Api.Database, supplier.Id);
        Assert.Equal(Good, (await Withdrawal.TryAsync(supplier, await supplier.AskForCodeAsync())).Status);
    }

    private static string Another(string code, int which) =>
        ((int.Parse(code) + which + 1) % 1_000_000).ToString("D6");
}
