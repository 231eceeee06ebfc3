package org.jccl.nccl.cuda;

import java.util.ArrayList;
import java.util.List;
import org.jccl.Backend;
import org.jccl.BackendConfig;
import org.jccl.BackendProvider;
import org.jccl.BackendUnavailableException;
import org.jccl.nccl.LibrarySelfTest;
import org.jccl.nccl.NcclBackend;
import org.jccl.nccl.ffi.LibraryDiscovery;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.ops.NcclFunction;
import org.jspecify.annotations.Nullable;

/**
 * Offers NCCL where there are GPUs and a library.
 *
 * <p>There are as many devices as GPUs, or as many as the configuration asks for, or the variable
 * {@code JCCL_DEVICES} (property {@code jccl.devices}) where it asks for none. More devices than
 * GPUs share them, which NCCL allows where rule ENV-12 says so: programs of several ranks then run
 * on one GPU.
 */
public final class NcclProvider implements BackendProvider {
  private static final String PROPERTY = "jccl.devices";
  private static final String VARIABLE = "JCCL_DEVICES";

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
  public Availability availability(BackendConfig config) {
    return look(config).availability;
  }

  @Override
  public Backend open(BackendConfig config) {
    Found found = look(config);
    NcclLibrary library = found.library;
    if (library == null) {
      throw new BackendUnavailableException(
          "nccl: "
              + found.availability.reason()
              + ". Tried: "
              + String.join("; ", found.availability.tried()));
    }
    NcclBackend backend =
        NcclBackend.over(
            library, owner -> CudaDevices.open(owner, devices(config)), OneShotKernels::open);
    boolean isSound = false;
    try {
      LibrarySelfTest.require(backend);
      isSound = true;
      return backend;
    } finally {
      if (!isSound) {
        backend.close();
      }
    }
  }

  /** GPUs first: without one no library is loaded just to be counted. */
  private static Found look(BackendConfig config) {
    List<String> tried = new ArrayList<>();
    try {
      CudaDevices.Report gpus = CudaDevices.look();
      tried.addAll(gpus.tried());
      if (!gpus.available()) {
        String why = "there is no GPU to use it with";
        tried.addAll(
            LibraryDiscovery.ofThisMachine().list(config.libraryPath().orElse(null), why).lines());
        return unavailable(gpus.reason(), tried);
      }
      int wanted = devices(config);
      LibraryDiscovery.Report libraries =
          LibraryDiscovery.ofThisMachine().find(config.libraryPath().orElse(null));
      tried.addAll(libraries.lines());
      NcclLibrary library = libraries.library();
      if (library == null) {
        return unavailable(gpus.reason() + ", but " + libraries.reason(), tried);
      }
      if (wanted > gpus.gpus().size() && !NcclBackend.sharesGpus(library)) {
        return unavailable(
            wanted
                + " devices were asked for and there are "
                + gpus.reason()
                + ": give less. NCCL 2.30.3 and later let ranks share a GPU where"
                + " NCCL_MULTI_RANK_GPU_ENABLE=1 is set",
            tried);
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

  private static int devices(BackendConfig config) {
    return devices(config.devices(), System.getProperty(PROPERTY, System.getenv(VARIABLE)));
  }

  /** What the program asks for, else what the process says; 0 for one device a GPU. */
  static int devices(int configured, @Nullable String given) {
    if (configured > 0 || given == null || given.isBlank()) {
      return configured;
    }
    if (!given.strip().matches("[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(
          VARIABLE + " (" + PROPERTY + ") is no number of devices: " + given.strip());
    }
    return Integer.parseInt(given.strip());
  }

  private static Found unavailable(String reason, List<String> tried) {
    return new Found(new Availability(false, reason, List.copyOf(tried)), null);
  }
}
