namespace SupplyApi.Tests.Harness;

/// <summary>A transcript hides only what has the right form.</summary>
public sealed class RedactionsTests
{
    private static string Now => DateTime.UtcNow.ToString("O");

    [Theory]
    [InlineData("""{ "id": 0 }""")]
    [InlineData("""{ "account_id": -1 }""")]
    [InlineData("""{ "account_id": 1.5 }""")]
    [InlineData("""{ "created_at": "2020-01-01T00:00:00Z" }""")]
    [InlineData("""{ "token": "abc" }""")]
    [InlineData("""{ "key": "sk-short" }""")]
    [InlineData("""{ "request_id": "no" }""")]
    [InlineData("""{ "created": 5 }""")]
    [InlineData("""{ "expires_at": "2020-01-01T00:00:00Z" }""")]
    public void Refuses_what_has_another_form(string json) =>
        Assert.Throws<InvalidOperationException>(() => Printed(json));

    [Fact]
    public void Refuses_a_time_that_is_not_written_in_utc()
    {
        var local = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(8)).ToString("O");
        Assert.Throws<InvalidOperationException>(() => Printed($$"""{ "created_at": "{{local}}" }"""));
        Assert.Equal("""{"created_at":"{time-1}"}""", Printed($$"""{ "created_at": "{{Now}}" }"""));
    }

    [Fact]
    public void Equal_values_keep_equal_names_and_equal_numbers_of_other_things_do_not() => Assert.Equal(
        """{"account_id":"{id-1}","supply_account_id":"{id-1}","user_id":"{id-2}","total":7}""",
        Printed("""{ "account_id": 7, "supply_account_id": 7, "user_id": 7, "total": 7 }"""));

    [Fact]
    public void Numbers_keep_their_text() =>
        Assert.Equal("""{"amount":1.50,"large":12345678901234567890}""",
            Printed("""{ "amount": 1.50, "large": 12345678901234567890 }"""));

    [Fact]
    public void An_id_that_nobody_was_given_stays_in_a_request()
    {
        var redactions = new Redactions();
        redactions.RegisterId("account", 7);
        Assert.Equal("/accounts/{id-1}/x", redactions.Path("/accounts/7/x"));
        Assert.Equal("/accounts/8/x", redactions.Path("/accounts/8/x"));
        var request = new RedactedJson(redactions, "/accounts", isRequest: true);
        Assert.Equal("""{"account_id":"{id-1}"}""", request.Print("""{ "account_id": 7 }""", false));
        Assert.Equal("""{"account_id":-5}""", request.Print("""{ "account_id": -5 }""", false));
    }

    [Fact]
    public void Names_are_hidden_wherever_they_stand()
    {
        var redactions = new Redactions();
        redactions.Register("model", "model-abc");
        redactions.Register("model", "model-abcd");
        Assert.Equal("{model-1} and {model-2}, {model-1}", redactions.Text("model-abcd and model-abc, model-abcd"));
    }

    [Fact]
    public void A_credential_is_hidden_and_its_prefix_stays() => Assert.Equal(
        "sk-busy-{credential-1}", new Redactions().Text(Canary.Credential("sk-", "busy")));

    private static string Printed(string json) =>
        new RedactedJson(new Redactions(), "/", isRequest: false).Print(json, isIndented: false);
}
