using System.Text.RegularExpressions;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>Where a withdrawal is paid to: the form each method asks for, and the little that is shown.</summary>
internal static partial class PayoutAccount
{
    private const int LengthMin = 2;
    private const int LengthMax = 100;

    /// <summary>The row a payment account is sealed for.</summary>
    internal static string SealedFor(long settlementId) => $"supply_settlement/{settlementId}";

    /// <summary>Null when good.</summary>
    internal static Refusal? Check(string method, string account)
    {
        if (method is not ("bank" or "alipay" or "wechat"))
            return Errors.Invalid("payment_method", "payment_method must be bank, alipay or wechat.");
        if (account.Length is < LengthMin or > LengthMax)
            return Errors.Invalid(
                "payment_account", $"payment_account must have {LengthMin} to {LengthMax} characters.");

        return method switch
        {
            "bank" when !IsCard(account) => Errors.PaymentAccount(
                "A bank account is a card number of 16 to 19 digits; check it for a slip."),
            "alipay" when !(Mobile().IsMatch(account) || Email().IsMatch(account) || AlipayId().IsMatch(account)) =>
                Errors.PaymentAccount("An Alipay account is a mobile number, an e-mail address or a 2088… number."),
            "wechat" when !(Mobile().IsMatch(account) || WeChatId().IsMatch(account)) =>
                Errors.PaymentAccount("A WeChat account is a mobile number, a WeChat ID or an openid."),
            _ => null,
        };
    }

    /// <summary>Enough for its owner to know it again, too little for anybody to use it.</summary>
    internal static string Mask(string account)
    {
        var at = account.IndexOf('@', StringComparison.Ordinal);
        if (at > 0) return $"{account[0]}***{account[at..]}";
        return account.Length switch
        {
            >= 16 => $"**** {account[^4..]}",
            >= 11 => $"{account[..3]}****{account[^4..]}",
            _ => $"{account[..1]}****{account[^1..]}",
        };
    }

    // ISO/IEC 7812: the last digit is the Luhn check of the others.
    private static bool IsCard(string account)
    {
        if (!CardNumber().IsMatch(account)) return false;
        var sum = 0;
        for (var place = 0; place < account.Length; place++)
        {
            var digit = account[account.Length - 1 - place] - '0';
            if (place % 2 == 1) digit = digit * 2 > 9 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    [GeneratedRegex(@"\A[0-9]{16,19}\z")]
    private static partial Regex CardNumber();

    [GeneratedRegex(@"\A1[3-9][0-9]{9}\z")]
    private static partial Regex Mobile();

    [GeneratedRegex(@"\A[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"\A2088[0-9]{12}\z")]
    private static partial Regex AlipayId();

    [GeneratedRegex(@"\A([A-Za-z][A-Za-z0-9_-]{5,19}|o[A-Za-z0-9_-]{27})\z")]
    private static partial Regex WeChatId();
}
