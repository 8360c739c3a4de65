/**
 * The embedded mesh: a real Kafka broker and a real S3 server in this JVM, and the five services as its child processes, all on
 * loopback and all under one folder. {@link io.finemesh.local.Main} is the command line, {@link io.finemesh.local.MeshLayout} says
 * what runs where, {@link io.finemesh.local.Mesh} runs it: {@link io.finemesh.local.Preflight} refuses what cannot go well, {@link
 * io.finemesh.local.Backbone} is the broker and the object store, {@link io.finemesh.local.RunningServices} the child processes,
 * {@link io.finemesh.local.ComponentBoard} where each of them stands. {@link io.finemesh.local.ServiceDefinition} is the table of
 * services and {@link io.finemesh.local.ServiceEnvironment} what each of them is given.
 *
 * <p>Environment of every service:
 *
 * <table>
 * <caption>Variables set by the mesh</caption>
 * <tr><th>name</th><th>value</th><th>who</th></tr>
 * <tr><td>{@code QUARKUS_HTTP_HOST}, {@code QUARKUS_HTTP_PORT}</td><td>127.0.0.1 and the service's port</td><td>all</td></tr>
 * <tr><td>{@code KAFKA_BOOTSTRAP_SERVERS}</td><td>the broker's host and port</td><td>all</td></tr>
 * <tr><td>{@code FINEMESH_STORE_URL}</td><td>HTTP address of the checkpoint store</td><td>all</td></tr>
 * <tr><td>{@code FINEMESH_DATA_DIR}</td><td>folder for the service's caches and state</td><td>all</td></tr>
 * <tr><td>{@code FINEMESH_OTLP_ENDPOINT}</td><td>as in the parent's environment; then also {@code QUARKUS_OTEL_SDK_DISABLED=false},
 * {@code QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT} and {@code QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf}; otherwise
 * {@code QUARKUS_OTEL_SDK_DISABLED=true}</td><td>all</td></tr>
 * <tr><td>{@code FINEMESH_S3_ENDPOINT}, {@code FINEMESH_S3_BUCKET}, {@code FINEMESH_S3_REGION}, {@code FINEMESH_S3_ACCESS_KEY},
 * {@code FINEMESH_S3_SECRET_KEY}</td><td>the object store</td><td>checkpoint-store only</td></tr>
 * <tr><td>{@code FINEMESH_TRAINER_ID}, {@code FINEMESH_EVALUATOR_ID}, {@code FINEMESH_STORE_ID}</td><td>{@code trainer-0}, {@code evaluator-0},
 * {@code checkpoint-store-0}: under these names they read their topics, so no two services of one mesh may have the same</td>
 * <td>gpu-trainer, evaluator, checkpoint-store</td></tr>
 * <tr><td>{@code LD_LIBRARY_PATH}</td><td>the MKL build of LibTorch, where the build unpacked it and the device is the processor</td><td>gpu-trainer, evaluator</td></tr>
 * <tr><td>{@code OMP_NUM_THREADS}, {@code MKL_CBWR}</td><td>threads (2) and instruction set ({@code AVX2}), which the bytes of a
 * result depend on; a person's own values are kept</td><td>gpu-trainer, evaluator</td></tr>
 * <tr><td>{@code FINEMESH_TRAINER_DEVICE_THREADS}, {@code FINEMESH_EVALUATOR_THREADS}</td><td>the same number of threads, for the
 * service's own configuration</td><td>gpu-trainer, evaluator</td></tr>
 * <tr><td>{@code FINEMESH_TRAINER_DEVICE_NAME}, {@code FINEMESH_EVALUATOR_DEVICE}</td><td>{@code FINEMESH_DEVICE} of the parent's environment:
 * {@code cpu} (as without it), {@code cuda}, {@code cuda:N} or {@code auto}</td><td>gpu-trainer, evaluator</td></tr>
 * <tr><td>{@code MKL_DYNAMIC}, {@code OPENBLAS_NUM_THREADS}</td><td>{@code FALSE}; 1 beside MKL, otherwise the threads</td>
 * <td>gpu-trainer, evaluator</td></tr>
 * </table>
 */
package io.finemesh.local;
