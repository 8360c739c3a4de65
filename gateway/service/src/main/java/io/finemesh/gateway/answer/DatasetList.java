package io.finemesh.gateway.answer;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Newest version of each data set.
 *
 * @param datasets the versions
 */
@Schema(description = "Newest version of each data set")
public record DatasetList(List<DatasetAnswer> datasets) {}
