namespace SupplyApi.Tests.Tidy;

/// <summary>Style that matters is a test. Each first shows on a small example that it bites.</summary>
public sealed class TidyTests
{
    private const string SliceText = "internal static void Map(IEndpointRouteBuilder routes) =>";

    [Fact]
    public void A_line_has_at_most_120_characters() =>
        Holds(Sizes.Lines, File(new string('x', 121)), File(new string('x', 120)));

    [Fact]
    public void A_slice_has_at_most_150_lines() =>
        Holds(Sizes.Slices, Slice(SliceText + Lines(151)), Slice(SliceText + Lines(150)));

    [Fact]
    public void A_file_has_at_most_400_lines() =>
        Holds(Sizes.Files, SourceFile.Of("tests/A.mjs", Lines(401)), SourceFile.Of("tests/A.mjs", Lines(400)));

    [Fact]
    public void A_method_has_at_most_60_lines()
    {
        var method = (int body) => File($"    private void A(int b)\n    {{{Lines(body)}\n    }}");
        Holds(Sizes.Methods, method(58), method(57));
        Holds(Sizes.Methods, File($"    internal int A() => 1{Lines(60)}\n        + 1;"), method(1));
    }

    [Fact]
    public void Shared_holds_at_most_16_files()
    {
        Assert.NotEmpty(Sizes.Shared([.. Enumerable.Range(0, 17).Select(static one => Shared(one))]));
        Assert.Empty(Sizes.Shared([.. Enumerable.Range(0, 16).Select(static one => Shared(one))]));
        None(Sizes.Shared(SourceTree.Files));

        static SourceFile Shared(int number) => SourceFile.Of($"src/Features/Shared/A{number}.cs", "");
    }

    [Fact]
    public void Names_say_something()
    {
        Holds(Words.Names, SourceFile.Of("src/PriceHelpers.cs", ""), SourceFile.Of("src/Database.cs", ""));
        Holds(Words.Names, File("record struct User" + "Dto(int A);"), File("class Basement;"));
    }

    [Theory]
    [InlineData("var now = DateTime.UtcNow;")]
    [InlineData("var now = DateTimeOffset.Now;")]
    [InlineData("using var http = new HttpClient();")]
    [InlineData("command.CommandText = $\"select {name}\";")]
    [InlineData("var sql = $\"\"\"\n    update a")]
    public void Forbidden_calls_have_a_replacement(string call) =>
        Holds(Words.ForbiddenCalls, File(call), SourceFile.Of("tests/A.cs", call));

    [Theory]
    [InlineData("src/Features/Supply/A.cs", "connection.Command(\"select 1 \" + name)", "connection.Command(Find)")]
    [InlineData("src/Features/Supply/A.cs", "connection.Command(text)", "connection.Command(View.Find)")]
    [InlineData("src/Features/Intents/IntentList.cs", "var sql = $\"and {name}\";", "const string A = $\"{B}\";")]
    [InlineData("src/Features/Intents/IntentList.cs", "string.Join(\" \", names)", "string.Concat(Page, Where)")]
    public void Sql_is_a_constant_or_joined_from_constants(string path, string bad, string good) =>
        Holds(Places.Sql, SourceFile.Of(path, bad), SourceFile.Of(path, good));

    [Fact]
    public void Nothing_is_left_for_later() =>
        Holds(Words.Left, SourceFile.Of("docs/a.md", "TO" + "DO: more"), SourceFile.Of("docs/a.md", "done"));

    [Fact]
    public void The_repository_speaks_of_the_project_alone() =>
        Holds(Words.FromElsewhere, SourceFile.Of("a.md", "api.nuget" + ".org"), SourceFile.Of("a.md", "nuget"));

    [Fact]
    public void Cryptography_stands_in_few_files()
    {
        const string Use = "using System.Security.Cryptography;";
        Holds(Places.Cryptography,
            SourceFile.Of("src/Features/Supply/A.cs", Use), SourceFile.Of("src/Features/Shared/Secrets.cs", Use));
    }

    [Fact]
    public void Only_the_ledger_moves_money()
    {
        const string Use = "update ledger_accounts";
        Holds(Places.LedgerTables,
            SourceFile.Of("src/Features/Supply/A.cs", Use), SourceFile.Of("src/Features/Shared/Ledger.cs", Use));
    }

    [Fact]
    public void Every_slice_has_a_test_file()
    {
        Assert.NotEmpty(Places.SlicesWithoutTests([Slice(SliceText)]));
        Assert.Empty(Places.SlicesWithoutTests([Slice(SliceText), SourceFile.Of("tests/Supply/GetOneTests.cs", "")]));
        None(Places.SlicesWithoutTests(SourceTree.Files));
    }

    [Fact]
    public void Every_slice_stands_in_a_table_of_routes()
    {
        var routes = SourceFile.Of("src/Features/Supply/SupplyRoutes.cs", "GetOne.Map(supply);");
        Assert.NotEmpty(Places.SlicesWithoutRoutes([Slice(SliceText)]));
        Assert.Empty(Places.SlicesWithoutRoutes([Slice(SliceText), routes]));
        None(Places.SlicesWithoutRoutes(SourceTree.Files));
    }

    private static void Holds(Func<SourceFile, IEnumerable<string>> rule, SourceFile bad, SourceFile good)
    {
        Assert.NotEmpty(rule(bad));
        Assert.Empty(rule(good));
        None(SourceTree.Files.SelectMany(rule));
    }

    private static void None(IEnumerable<string> found)
    {
        var all = found.ToList();
        if (all.Count > 0) Assert.Fail(string.Join('\n', all));
    }

    private static SourceFile File(string text) => SourceFile.Of("src/A.cs", text);

    private static SourceFile Slice(string text) => SourceFile.Of("src/Features/Supply/GetOne.cs", text);

    private static string Lines(int count) => new('\n', count);
}
