package io.finemesh.gateway.answer;

import io.finemesh.contract.store.AppendReceipt;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What became of records that were sent to a data set that grows.
 *
 * @param version the version that has them now
 * @param grew whether they made a new version
 * @param samples rows taken for training
 * @param heldOut rows taken and held out
 * @param duplicates rows whose content was there already
 * @param quarantined rows that could not be taken, by reason
 * @param examples the first few of them in words
 * @param dataset the data set as it is now
 */
@Schema(name = "AppendReceipt", description = "What became of records that were sent to a data set that grows")
public record AppendAnswer(
        @Schema(examples = "sums@3") String version,
        boolean grew,
        long samples,
        long heldOut,
        long duplicates,
        Map<String, Long> quarantined,
        List<String> examples,
        DatasetAnswer dataset) {
    /** A receipt as users see it. */
    public static AppendAnswer of(AppendReceipt receipt) {
        return new AppendAnswer(
                receipt.dataset().version().value(),
                receipt.grew(),
                receipt.samples(),
                receipt.heldOutSamples(),
                receipt.duplicates(),
                receipt.quarantined(),
                receipt.quarantinedExamples(),
                DatasetAnswer.of(receipt.dataset()));
    }
}
