using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Caching.Hybrid;
using SupplyApi.Features.Admin;
using SupplyApi.Features.Auth;
using SupplyApi.Features.Consumers;
using SupplyApi.Features.Gateway;
using SupplyApi.Features.Gateway.Charging;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Intents;
using SupplyApi.Features.Market;
using SupplyApi.Features.Public;
using SupplyApi.Features.Signing;
using SupplyApi.Features.Supply;
using SupplyApi.Features.Supply.Earnings;
using SupplyApi.Features.Supply.Settlements;
using SupplyApi.Features.User;
using SupplyApi.Host.Authentication;
using SupplyApi.Host.Workers;

namespace SupplyApi.Host;

/// <summary>Every registration, one method per concern.</summary>
internal static class Composition
{
    private const int BodyBytesMax = 1024 * 1024;
    private const int RequestLineBytesMax = 16 * 1024; // twice the longest URL: a longer one is refused in our words

    // All settings are known at the start. To wait for new ones the host would watch every directory below the binary,
    // and the kernel would tell it of each write there.
    private const string NoWatch = "--hostBuilder:reloadConfigOnChange=false";

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    internal static WebApplication Build(Settings settings, byte[] masterKey, NpgsqlDataSource db)
    {
        var options = new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, Args = [NoWatch] };
        var builder = WebApplication.CreateSlimBuilder(options);
        builder.WebHost.UseUrls([.. settings.Addresses]);
        WebApplication? app = null;
        AddWeb(builder, settings, () => app?.Lifetime.ApplicationStarted.IsCancellationRequested == true);
        AddAccess(builder.Services);
        AddKernel(builder.Services, settings, masterKey, db);
        AddWork(builder.Services);
        app = builder.Build();
        RequestPipeline.Use(app);
        return app;
    }

    private static void AddWeb(WebApplicationBuilder builder, Settings settings, Func<bool> hasStarted)
    {
        builder.Logging.ClearProviders().AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        // What stops a start is told in one line by Program; the host speaks of what happens after it.
        builder.Logging.AddFilter(
            "Microsoft.Extensions.Hosting.Internal.Host", level => level >= LogLevel.Warning && hasStarted());
        // Whatever it could say at our level; while it might, every request gets an activity and a scope for it.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
            // Every byte is a character then, and what is wrong with a header is said in our words, not Kestrel's.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        });
        builder.Services.Configure<SocketTransportOptions>(static sockets =>
        {
            // Nothing here waits by blocking: who has read a request goes on with it, and hands it to no other thread.
            sockets.UnsafePreferInlineScheduling = true;
            // To ask first whether there is anything to read is a system call more for every request.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
            HostBuffers.Use(sockets);
        });
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = DrainLimit);
        builder.Services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            forwarded.KnownProxies.Clear();
            forwarded.KnownNetworks.Clear();
            foreach (var network in settings.TrustedProxies)
                forwarded.KnownNetworks.Add(new(network.BaseAddress, network.PrefixLength));
        });
        builder.Services.ConfigureHttpJsonOptions(static options =>
        {
            Wire.Configure(options.SerializerOptions);
            options.SerializerOptions.TypeInfoResolverChain.Clear();
            ReadOnlySpan<IJsonTypeInfoResolver> areas =
            [
                PublicRoutes.Json, AuthRoutes.Json, UserRoutes.Json,
                AdminRoutes.Json, SupplyRoutes.Json, ConsumerRoutes.Json, MarketRoutes.Json, IntentRoutes.Json,
                GatewayRoutes.Json,
            ];
            foreach (var area in areas) options.SerializerOptions.TypeInfoResolverChain.Add(area);
        });
    }

    private static void AddAccess(IServiceCollection services)
    {
        // The core alone: the rest would bring data protection and its key files, which nothing here uses.
        services.AddAuthenticationCore().AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, SessionScheme>(SessionScheme.Name, null);
        // Else the only scheme would be asked about every request, the gateway's too.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        services.AddAuthorizationBuilder()
            .AddPolicy(Access.People, static policy => policy
                .AddAuthenticationSchemes(SessionScheme.Name).RequireAuthenticatedUser())
            .AddPolicy(Access.Admins, static policy => policy
                .AddAuthenticationSchemes(SessionScheme.Name).RequireAuthenticatedUser()
                .RequireRole(SessionScheme.AdminRole));
        services.AddSingleton<SignInThrottle>();
    }

    private static void AddKernel(IServiceCollection services, Settings settings, byte[] masterKey, NpgsqlDataSource db)
    {
        services.AddSingleton(settings);
        services.AddSingleton(db);
        services.AddSingleton(new Secrets(masterKey));
        services.AddSingleton(_ => new Signature(masterKey)); // when first asked for: not at every start
        services.AddSingleton<TimeProvider>(new Clock(settings.ClockOffset));
        services.AddSingleton<HybridCache, LocalCache>();
        services.AddSingleton<Webhook>();
        services.AddSingleton(settings.Sms);
        services.AddSingleton<SiteSettings>();
        services.AddSingleton<Idempotency>();
        services.AddSingleton<Drain>();
        SupplyRoutes.Add(
            services, new EarningTerms(settings.EarningsHold), new WithdrawalTerms(settings.WithdrawalFeeRate),
            new StatementOrigin(settings.PublicUrl));
        GatewayRoutes.Add(
            services,
            new GatewayTerms(
                settings.PlatformFeeRate, settings.FirstByteTimeout, settings.IdleTimeout, settings.LeaseLife)
            {
                KeepAliveAfter = settings.KeepAliveAfter,
            },
            settings.ProviderOrigins);
        SigningRoutes.Add(services, new AppTerms(settings.AppTimeLimit));
        IntentRoutes.Add(services);
        services.AddSingleton(services => OpenJournal(
            settings, services.GetRequiredService<Node>(), services.GetRequiredService<ILogger<Journal>>()));
    }

    private static void AddWork(IServiceCollection services)
    {
        services.AddSingleton<IHostLifetime, DrainingLifetime>();
        services.AddHostedService<NodePresence>();
        services.AddHostedService<RoutingRefresh>();
        services.AddHostedService<CallPosting>();
        services.AddHostedService<LeaseKeeping>();
        services.AddHostedService<PackageExpiry>();
        services.AddHostedService<PackageReconciliation>();
        services.AddHostedService<SubscriptionExpiry>();
        services.AddHostedService<EarningsMaturing>();
        services.AddHostedService<WithdrawnRecords>();
        services.AddHostedService<OutboxDelivery>();
        services.AddHostedService<Housekeeping>();
    }

    private static Journal OpenJournal(Settings settings, Node node, ILogger<Journal> logger)
    {
        try
        {
            return new Journal(Path.Combine(settings.DataDirectory, "journal"), node, logger);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException("Supply__DataDirectory", error.Message.ReplaceLineEndings(" "));
        }
    }

    /// <summary>In whole microseconds, as the database keeps them: an answer and the row it tells of agree.</summary>
    private sealed class Clock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            var now = base.GetUtcNow() + offset;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }
}
