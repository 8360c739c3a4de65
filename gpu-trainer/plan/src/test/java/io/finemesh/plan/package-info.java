/** Models the planning tests are about. */
package io.finemesh.plan;
