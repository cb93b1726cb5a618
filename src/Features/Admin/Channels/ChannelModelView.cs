using System.Text.Json.Nodes;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>One model as one channel serves it: by its provider's name, at the model's prices.</summary>
internal sealed record ChannelModelView(
    long Id, long ChannelId, long ModelId, string ModelName, string? Provider, string UpstreamModelName, bool Enabled,
    DateTime CreatedAt, DateTime UpdatedAt) : IRow<ChannelModelView>
{
    internal const int UpstreamNameMax = 200;

    /// <summary>Everything that <see cref="Read"/> takes; a WHERE may follow.</summary>
    internal const string Select = """
        select served.id, served.channel_id, served.model_id, model.model_name, model.provider,
               served.upstream_model_name, served.enabled, served.created_at, served.updated_at
          from channel_models served
          join models model on model.id = served.model_id
        """;

    public static ChannelModelView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.TextOrNull(4), row.GetString(5),
        row.GetBoolean(6), row.GetDateTime(7), row.GetDateTime(8));

    /// <summary>Names are compared as they are: no control character, and no space that nobody sees.</summary>
    internal static bool IsName(string text, int max) =>
        text.Length > 0 && text.Length <= max && !text.Any(char.IsControl)
        && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]);

    internal static string NameForm(string field, int max) =>
        $"{field} must have 1 to {max} characters, no control characters and no space at its ends.";

    internal static Refusal? CheckUpstreamName(string? name) =>
        name is null || IsName(name, UpstreamNameMax)
            ? null
            : Errors.Invalid("upstream_model_name", NameForm("upstream_model_name", UpstreamNameMax));

    /// <summary>For the audit log.</summary>
    internal JsonObject State() =>
        JsonSerializer.SerializeToNode(this, AuditedStates.Default.ChannelModelView)!.AsObject();
}
