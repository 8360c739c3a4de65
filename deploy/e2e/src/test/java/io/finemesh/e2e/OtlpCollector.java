package io.finemesh.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** A collector of traces on a loopback port: takes OTLP over HTTP and keeps every span. */
final class OtlpCollector implements AutoCloseable {
    private final HttpServer server;

    /** By span id: an exporter that missed the answer sends again. */
    private final Map<String, Received> spans = new ConcurrentHashMap<>();

    /**
     * A span as a test looks at it.
     *
     * @param service service that made it
     * @param name span name
     * @param traceId trace, hexadecimal
     * @param spanId span, hexadecimal
     * @param parentId parent span, empty for a root
     * @param links {@code traceId/spanId} of every link
     * @param attributes attributes as text
     */
    record Received(
            String service,
            String name,
            String traceId,
            String spanId,
            String parentId,
            List<String> links,
            Map<String, String> attributes) {
        boolean linksToTrace(String trace) {
            return links.stream().anyMatch(link -> link.startsWith(trace + "/"));
        }

        String context() {
            return traceId + "/" + spanId;
        }
    }

    OtlpCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    List<Received> named(String name, String run) {
        return spans.values().stream()
                .filter(span -> span.name().equals(name))
                .filter(span -> run.equals(span.attributes().get("finemesh.run.id")))
                .toList();
    }

    /** Spans of a name inside given traces. */
    List<Received> named(String name, Set<String> traces) {
        return spans.values().stream()
                .filter(span -> span.name().equals(name) && traces.contains(span.traceId()))
                .toList();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            InputStream body = exchange.getRequestBody();
            boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"));
            ExportTraceServiceRequest request =
                    ExportTraceServiceRequest.parseFrom(gzip ? new GZIPInputStream(body) : body);
            request.getResourceSpansList().forEach(this::keep);
            exchange.getResponseHeaders().add("content-type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private void keep(ResourceSpans resource) {
        String service = resource.getResource().getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals("service.name"))
                .map(attribute -> attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
        for (ScopeSpans scope : resource.getScopeSpansList()) {
            for (Span span : scope.getSpansList()) {
                Received received = new Received(
                        service,
                        span.getName(),
                        hex(span.getTraceId().toByteArray()),
                        hex(span.getSpanId().toByteArray()),
                        hex(span.getParentSpanId().toByteArray()),
                        span.getLinksList().stream()
                                .map(link -> hex(link.getTraceId().toByteArray()) + "/"
                                        + hex(link.getSpanId().toByteArray()))
                                .toList(),
                        span.getAttributesList().stream()
                                .collect(Collectors.toMap(
                                        attribute -> attribute.getKey(),
                                        attribute -> attribute.getValue().hasStringValue()
                                                ? attribute.getValue().getStringValue()
                                                : Long.toString(
                                                        attribute.getValue().getIntValue()),
                                        (first, second) -> second)));
                spans.put(received.spanId(), received);
            }
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
