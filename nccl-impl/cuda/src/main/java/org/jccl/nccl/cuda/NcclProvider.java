package org.jccl.nccl.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Backend;
import org.jccl.BackendUnavailableException;
import org.jccl.nccl.NcclBackend;
import org.jccl.nccl.ffi.LibraryDiscovery;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.ops.NcclFunction;
import org.jccl.spi.BackendProvider;
import org.jspecify.annotations.Nullable;

/** Offers NCCL where there are GPUs and a library. */
public final class NcclProvider implements BackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public NcclProvider() {}

  @Override
  public String name() {
    return "nccl";
  }

  @Override
  public int preference() {
    return 100;
  }

  /** What was found, with the library where all is well. */
  private record Found(Availability availability, @Nullable NcclLibrary library) {}

  @Override
  public Availability availability(Wishes wishes) {
    return look(wishes).availability;
  }

  @Override
  public Backend open(Wishes wishes) {
    Found found = look(wishes);
    NcclLibrary library = found.library;
    if (library == null) {
      throw new BackendUnavailableException(
          "nccl: "
              + found.availability.reason()
              + ". Tried: "
              + String.join("; ", found.availability.tried()));
    }
    return NcclBackend.over(library, backend -> CudaDevices.open(backend, wishes.devices()));
  }

  /** GPUs first: without one no library is loaded just to be counted. */
  private static Found look(Wishes wishes) {
    List<String> tried = new ArrayList<>();
    try {
      CudaDevices.Report gpus = CudaDevices.look();
      tried.addAll(gpus.tried());
      if (!gpus.available()) {
        return unavailable(gpus.reason(), tried);
      }
      int count = gpus.gpus().size();
      if (wishes.devices() > count) {
        return unavailable(
            wishes.devices() + " devices were asked for and there are " + count, tried);
      }
      LibraryDiscovery.Report libraries =
          LibraryDiscovery.ofThisMachine().find(wishes.libraryPath());
      tried.addAll(libraries.lines());
      NcclLibrary library = libraries.library();
      if (library == null) {
        return unavailable(gpus.reason() + ", but " + libraries.reason(), tried);
      }
      String reason =
          gpus.reason()
              + " and NCCL "
              + NcclFunction.text(library.version())
              + " at "
              + library.description();
      return new Found(new Availability(true, reason, List.copyOf(tried)), library);
    } catch (RuntimeException | LinkageError unforeseen) {
      return unavailable("looking for CUDA and NCCL failed: " + unforeseen, tried);
    }
  }

  private static Found unavailable(String reason, List<String> tried) {
    return new Found(new Availability(false, reason, List.copyOf(tried)), null);
  }
}
