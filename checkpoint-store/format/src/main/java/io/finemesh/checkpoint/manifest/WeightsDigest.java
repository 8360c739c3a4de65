package io.finemesh.checkpoint.manifest;

import io.finemesh.checkpoint.digest.Sha256;
import io.finemesh.checkpoint.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * SHA-256 over one line per tensor, sorted by the UTF-8 bytes of the name: {@code name \0 dtype \0 shape \0 digest \n}, the shape
 * written as extents joined by commas. It does not depend on how tensors are spread over blobs.
 */
public final class WeightsDigest {
    private WeightsDigest() {}

    /** The digest of these tensors, whatever their order. */
    public static String of(Collection<TensorEntry> tensors) {
        List<TensorEntry> ordered = tensors.stream()
                .sorted(Comparator.comparing(TensorEntry::name, JsonText::compareUtf8))
                .toList();
        MessageDigest digest = Sha256.start();
        for (TensorEntry tensor : ordered) {
            String shape = tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(","));
            String line = String.join("\0", tensor.name(), tensor.dtype().name(), shape, tensor.tensorDigest()) + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return Sha256.finish(digest);
    }
}
