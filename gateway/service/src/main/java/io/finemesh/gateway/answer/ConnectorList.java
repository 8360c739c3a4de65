package io.finemesh.gateway.answer;

import io.finemesh.contract.connector.ConnectorDefined;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Connectors by name.
 *
 * @param connectors the connectors
 */
@Schema(name = "ConnectorList", description = "Connectors by name")
public record ConnectorList(List<ConnectorDefined> connectors) {}
