namespace SupplyApi.Features.Admin.Channels;

/// <summary>What is left of something that was deleted.</summary>
internal sealed record Deleted(string Message);
