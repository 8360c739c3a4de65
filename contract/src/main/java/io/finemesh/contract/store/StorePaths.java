package io.finemesh.contract.store;

/** Paths of the checkpoint store's HTTP interface, relative to its base URL. */
public final class StorePaths {
    /** POST {@link StageRequest}, answered by {@link StageResponse}. */
    public static final String STAGE = "/v1/blobs/stage";

    /**
     * POST {@link StageRequest}: uploaded objects that belong to no checkpoint become readable once their bytes are what their digests say; answered by {@link
     * LinkResponse}.
     */
    public static final String SETTLE = "/v1/blobs/settle";

    /** POST {@link LinkRequest}, answered by {@link LinkResponse}; 404 names every unknown object. */
    public static final String LINKS = "/v1/blobs/links";

    /** GET {@code /v1/manifests/{checkpointId}}: the manifest's bytes, verbatim. */
    public static final String MANIFESTS = "/v1/manifests";

    /** GET {@code /v1/checkpoints/{id}} a {@link CheckpointDescriptor}; {@code /{id}/export} a tar of a Hugging Face directory. */
    public static final String CHECKPOINTS = "/v1/checkpoints";

    /**
     * POST {@code ?name=} with a tar as body (application/x-tar) or {@code {"path": ...}} (application/json), answered by {@link
     * ModelDescriptor}; GET lists; GET {@code /{name}} one. PUT {@code /{name}/checkpoint} with a checkpoint id as text names a
     * committed checkpoint.
     */
    public static final String MODELS = "/v1/models";

    /**
     * POST {@code ?name=&format=&layout=&source=} with rows as body, answered by {@link DatasetDescriptor}; GET lists newest versions; GET {@code
     * /{nameOrVersion}} one. Of a data set that grows: POST {@code /{name}/records?format=&heldOut=} adds rows, answered by {@link
     * AppendReceipt}; GET {@code /{name}/slices}, a list of {@link io.finemesh.contract.store.DatasetSlice}; GET {@code /{name}/rows/{row}}, a {@link
     * RowDescriptor}; POST {@code /{name}/rows/{row}/quarantine?reason=} takes a row away, answered by {@link AppendReceipt}; GET {@code
     * /{name}/quarantine}, one JSON object a line.
     */
    public static final String DATASETS = "/v1/datasets";

    private StorePaths() {}
}
