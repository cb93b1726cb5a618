using System.Text.RegularExpressions;

namespace SupplyApi.Features.Intents;

/// <summary>What an app says of an intent: all of it to make one, what is to be another to change one.</summary>
internal sealed partial record IntentTerms(
    string? UserId = null, string? Platform = null, string? ProductUrl = null, string? Title = null,
    decimal? Price = null, int? Quantity = null, string? RecipientName = null, string? Address = null,
    string? Phone = null, string? Remarks = null, string? Status = null)
{
    private const int UserIdMax = 100;
    private const int TitleMax = 200;
    private const int PricePlaces = 2;
    private const decimal PriceMax = 100_000_000;
    private const int QuantityMax = 1_000_000;
    private const int NameMin = 2;
    private const int NameMax = 50;
    private const int AddressMin = 5;
    private const int AddressMax = 200;
    private const int RemarksMax = 500;

    /// <summary>Null when nothing is missing that an intent needs.</summary>
    internal Refusal? CheckIsWhole() =>
        UserId is null ? Errors.Missing("userId")
        : Platform is null ? Errors.Missing("platform")
        : ProductUrl is null ? Errors.Missing("productUrl")
        : Title is null ? Errors.Missing("title")
        : Price is null ? Errors.Missing("price")
        : Quantity is null ? Errors.Missing("quantity")
        : RecipientName is null ? Errors.Missing("recipientName")
        : Address is null ? Errors.Missing("address")
        : Phone is null ? Errors.Missing("phone")
        : null;

    /// <summary>Null when what is there is good; else what is wrong, naming the field.</summary>
    internal Refusal? Check()
    {
        if (!Fits(UserId, 1, UserIdMax)) return Length("userId", 1, UserIdMax);
        if (Platform is not null && !ProductPage.Platforms.Contains(Platform))
            return Errors.Invalid("platform", $"platform must be one of {string.Join(", ", ProductPage.Platforms)}.");
        if (Platform is not null && ProductUrl is not null && !ProductPage.IsOn(Platform, ProductUrl))
            return Errors.Invalid("productUrl",
                $"productUrl must be the https address of a product on {ProductPage.HostsOf(Platform)}; "
                + $"it has at most {ProductPage.LengthMax} characters.");
        if (!Fits(Title, 1, TitleMax)) return Length("title", 1, TitleMax);
        if (Price is <= 0 or > PriceMax || (Price is { } price && !Money.HasAtMostPlaces(price, PricePlaces)))
            return Errors.Invalid("price", $"price must be above 0, at most {PriceMax:0}, with at most two decimals.");
        if (Quantity is < 1 or > QuantityMax)
            return Errors.Invalid("quantity", $"quantity must be a whole number from 1 to {QuantityMax}.");
        if (!Fits(RecipientName, NameMin, NameMax)) return Length("recipientName", NameMin, NameMax);
        if (!Fits(Address, AddressMin, AddressMax)) return Length("address", AddressMin, AddressMax);
        if (Phone is not null && !Mobile().IsMatch(Phone))
            return Errors.Invalid("phone", "phone must be a mobile number of mainland China: 11 digits.");
        return Fits(Remarks, 0, RemarksMax) ? null : Length("remarks", 0, RemarksMax);
    }

    // A letter counts once, however many UTF-16 units it takes.
    private static bool Fits(string? text, int min, int max) => text is null
        || (text.EnumerateRunes().Count() is var length && length >= min && length <= max
            && (min == 0 || !string.IsNullOrWhiteSpace(text)) && !text.Contains('\0'));

    /// <summary>An intent with these terms, and what they leave unsaid as it was.</summary>
    internal IntentTerms Over(Intent intent, Person person) => new(
        UserId ?? intent.UserId, Platform ?? intent.Platform, ProductUrl ?? intent.ProductUrl, Title ?? intent.Title,
        Price ?? intent.Price, Quantity ?? intent.Quantity, RecipientName ?? person.RecipientName,
        Address ?? person.Address, Phone ?? person.Phone, Remarks ?? person.Remarks, Status ?? intent.Status);

    internal Person Person => new(RecipientName!, Address!, Phone!, Remarks);

    private static Refusal Length(string field, int min, int max) =>
        Errors.Invalid(field, $"{field} must have {min} to {max} characters, say something and hold no NUL.");

    [GeneratedRegex(@"\A1[3-9][0-9]{9}\z")]
    private static partial Regex Mobile();
}
