namespace SupplyApi.Tests.Supply.Settlements;

/// <summary>
/// A withdrawal by somebody who has earned nothing yet: the balance refuses it, with 409, when the code is good; the
/// code refuses it, with 400, when it is not.
/// </summary>
internal static class Withdrawal
{
    internal static Task<Answer> TryAsync(Client supplier, string code) =>
        supplier.Quietly().Post(Withdrawals.Path, Withdrawals.Body(1, code));
}
