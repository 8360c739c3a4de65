package io.finemesh.gateway.problem;

import java.util.Locale;

/** Every kind of problem the gateway answers with. Names never change: clients compare them. */
public enum ProblemType {
    /** The body is no YAML or JSON, or exceeds a limit on the way to being one. */
    MALFORMED_DOCUMENT(400, "The document cannot be read"),
    /** An identifier or event position has a form that none has. */
    MALFORMED_IDENTIFIER(400, "The identifier has the wrong form"),
    /** Parameters, headers or a body that make no sense. */
    MALFORMED_REQUEST(400, "The request cannot be understood"),
    /** There is no run of that id. */
    UNKNOWN_RUN(404, "There is no such run"),
    /** There is no model of that name. */
    UNKNOWN_MODEL(404, "There is no such model"),
    /** There is no data set of that name or version. */
    UNKNOWN_DATASET(404, "There is no such data set"),
    /** There is no checkpoint of that id. */
    UNKNOWN_CHECKPOINT(404, "There is no such checkpoint"),
    /** There is no evaluation of that id. */
    UNKNOWN_EVALUATION(404, "There is no such evaluation"),
    /** There is no policy of that name. */
    UNKNOWN_POLICY(404, "There is no such policy"),
    /** There is no connector of that name. */
    UNKNOWN_CONNECTOR(404, "There is no such connector"),
    /** There is no alias of that name. */
    UNKNOWN_ALIAS(404, "There is no such alias"),
    /** There is nothing at that path. */
    UNKNOWN_RESOURCE(404, "There is nothing at this path"),
    /** The path exists, the method does not. */
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    /** No form the client accepts can be given. */
    NOT_ACCEPTABLE(406, "None of the accepted forms can be given"),
    /** The run has ended, so it cannot be cancelled. */
    RUN_ENDED(409, "The run has ended"),
    /** The evaluation has ended, so it cannot be cancelled. */
    EVALUATION_ENDED(409, "The evaluation has ended"),
    /** The alias cannot move as asked. */
    ALIAS_STAYS(409, "The alias stays where it is"),
    /** The idempotency key was used for another specification. */
    IDEMPOTENCY_CONFLICT(409, "The idempotency key stands for another specification"),
    /** The specification is larger than allowed. */
    TOO_LARGE(413, "The body is too large"),
    /** The body has a type that is not read here. */
    UNSUPPORTED_MEDIA_TYPE(415, "The content type is not supported here"),
    /** The specification has wrong fields. */
    INVALID_SPECIFICATION(422, "The run specification has errors"),
    /** What an evaluation asks for has wrong fields. */
    INVALID_EVALUATION(422, "The evaluation that is asked for has errors"),
    /** A policy or a connector has wrong fields. */
    INVALID_DEFINITION(422, "The definition has errors"),
    /** The store refused what was uploaded. */
    REFUSED_BY_STORE(422, "The checkpoint store refused it"),
    /** Too many of something at once. */
    TOO_MANY_STREAMS(429, "Too many event streams are open"),
    /** The gateway failed. */
    INTERNAL(500, "The gateway failed"),
    /** The checkpoint store does not answer. */
    STORE_UNAVAILABLE(503, "The checkpoint store is not available"),
    /** Kafka does not answer. */
    KAFKA_UNAVAILABLE(503, "Kafka is not available"),
    /** The gateway has just started and is still reading. */
    VIEWS_NOT_READY(503, "The gateway is still starting"),
    /** The store has no space left. */
    STORAGE_FULL(507, "The checkpoint store has no space left");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** HTTP status it is answered with. */
    public int status() {
        return status;
    }

    /** The kind in words. */
    public String title() {
        return title;
    }

    /** Its stable name. */
    public String uri() {
        return "urn:finemesh:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
