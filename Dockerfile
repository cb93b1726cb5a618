# The image holds one binary, the libraries it loads and the certificates it trusts. tests/container-check.sh reads the
# last stage and runs exactly these files, so keep one instruction per line there.

FROM ubuntu:24.04 AS build
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates dotnet-sdk-10.0 gcc libc6-dev libsodium-dev libssl3t64 nodejs npm zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# The page's script changes rarely and takes a while to compress, so it comes before the sources.
COPY docs/bundle.mjs docs/
RUN node docs/bundle.mjs scalar.js.br

COPY .editorconfig global.json nuget.config openapi.yaml ./
COPY src src
RUN node docs/bundle.mjs \
 && dotnet publish src/Host -c Release -r linux-x64 -nodeReuse:false

# What a root made from scratch lacks: a name for the user, and two folders.
RUN mkdir -p /image/data /image/tmp && echo 'supply:x:65532:65532::/data:/sbin/nologin' > /image/passwd

FROM scratch
LABEL org.opencontainers.image.title="Supply API"
LABEL org.opencontainers.image.description="An AI supply platform: supplier console, gateway and ledger in one binary"
COPY --from=build /lib64/ld-linux-x86-64.so.2 /lib64/
COPY --from=build /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/
COPY --from=build /lib/x86_64-linux-gnu/libm.so.6 /lib/x86_64-linux-gnu/
COPY --from=build /usr/lib/x86_64-linux-gnu/libssl.so.3 /usr/lib/x86_64-linux-gnu/
COPY --from=build /usr/lib/x86_64-linux-gnu/libcrypto.so.3 /usr/lib/x86_64-linux-gnu/
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /image/passwd /etc/passwd
COPY --from=build --chmod=1777 /image/tmp /tmp
COPY --from=build --chown=65532:65532 /image/data /data
COPY --from=build /source/artifacts/publish/Host/release_linux-x64/supply /supply
ENV ASPNETCORE_URLS=http://0.0.0.0:8080
ENV Supply__DataDirectory=/data
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["/supply", "health"]
ENTRYPOINT ["/supply"]
CMD ["serve"]
