package io.finemesh.workbench.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/**
 * The same case in Python: Hugging Face's model with PyTorch's fused AdamW, the badam package or the galore_torch package, whichever the method asks for. Their
 * packages must be importable by the given interpreter (PYTHONPATH is passed on).
 */
final class PeerProcess {
    private PeerProcess() {}

    /** Measures with an interpreter. */
    static Measurement measure(Path python, BenchCase wanted) throws IOException, InterruptedException {
        Path script = Files.createTempFile("finemesh-peer", ".py");
        try {
            try (InputStream text = PeerProcess.class.getResourceAsStream("peer.py")) {
                if (text == null) {
                    throw new IOException("the peer's script is missing from this build");
                }
                Files.copy(text, script, StandardCopyOption.REPLACE_EXISTING);
            }
            String threads = Integer.toString(wanted.threads());
            return MeasuringProcess.run(
                    List.of(python.toString(), script.toString()),
                    Map.of("OMP_NUM_THREADS", threads, "MKL_NUM_THREADS", threads, "LD_LIBRARY_PATH", ""),
                    wanted);
        } finally {
            Files.delete(script);
        }
    }
}
