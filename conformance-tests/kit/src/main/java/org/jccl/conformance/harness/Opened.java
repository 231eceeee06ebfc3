package org.jccl.conformance.harness;

import java.util.Optional;
import org.jccl.Backend;
import org.jccl.spi.NcclAbi;

/**
 * An opened subject of both surfaces, and no more.
 *
 * @param backend the typed surface
 * @param raw the raw one, if there is one
 * @param end closes the backend and what is behind it
 */
public record Opened(Backend backend, Optional<NcclAbi> raw, Runnable end)
    implements Subject.Instance {
  @Override
  public void close() {
    end.run();
  }
}
