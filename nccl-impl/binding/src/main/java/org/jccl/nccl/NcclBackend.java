package org.jccl.nccl;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jccl.Backend;
import org.jccl.Capability;
import org.jccl.CleanText;
import org.jccl.CommunicatorConfig;
import org.jccl.Device;
import org.jccl.RankHost;
import org.jccl.UniqueId;
import org.jccl.config.TimeLimit;
import org.jccl.nccl.ffi.NcclBinding;
import org.jccl.nccl.ffi.NcclLibrary;
import org.jccl.ops.NcclFunction;
import org.jccl.process.PlatformRanks;
import org.jccl.spi.CallPath;
import org.jccl.spi.KernelGroup;
import org.jccl.spi.LeakWatch;
import org.jccl.spi.LibraryBackend;
import org.jccl.spi.LibraryCommunicator;
import org.jccl.spi.NcclAbi;
import org.jspecify.annotations.Nullable;

/**
 * Collectives by one NCCL library on the GPUs of this machine. Several may be open at once, each
 * with a library of its own. All methods may be called from any thread, virtual ones included.
 */
public final class NcclBackend extends LibraryBackend {
  private static final System.Logger LOG = System.getLogger("org.jccl.nccl");
  private static final int SEVERAL_RANKS_A_DEVICE = 23003;

  private final NcclLibrary library;
  private final List<Device> devices;
  private final Function<List<Device>, KernelGroup> kernels;
  private final RankHost rankHost = new PlatformRanks();
  private final Map<String, NcclLibrary> libraries = new ConcurrentHashMap<>();
  private final AbortAtExit atExit;
  private final LentThreads lent = new LentThreads("jccl-nccl-question");
  private volatile RasQuote ras = RasQuote.ofEnvironment();

  @SuppressWarnings("this-escape") // The devices only keep the reference.
  private NcclBackend(
      NcclLibrary library,
      Function<Backend, List<Device>> devices,
      Function<List<Device>, KernelGroup> kernels) {
    this.library = library;
    this.kernels = kernels;
    this.devices = List.copyOf(devices.apply(this));
    this.atExit = AbortAtExit.of(this::openCommunicators);
  }

  /**
   * {@return a backend over a library and devices that the caller has: GPUs, or whatever the
   * library takes for devices} The backend closes the devices.
   *
   * @param library the library
   * @param devices makes the devices of the backend that it is given
   */
  public static NcclBackend over(NcclLibrary library, Function<Backend, List<Device>> devices) {
    return over(
        library,
        devices,
        ranks -> {
          throw new UnsupportedOperationException("its devices run no kernels");
        });
  }

  /**
   * {@return the same over devices that run jccl's own kernels}
   *
   * @param library the library
   * @param devices makes the devices of the backend that it is given
   * @param kernels opens the kernels of a communicator on such devices; throws {@link
   *     UnsupportedOperationException} if there are none for them, and why
   */
  public static NcclBackend over(
      NcclLibrary library,
      Function<Backend, List<Device>> devices,
      Function<List<Device>, KernelGroup> kernels) {
    LibraryOutput.startIfWanted();
    return new NcclBackend(library, devices, kernels);
  }

  /** {@return the library behind it} */
  public NcclLibrary library() {
    return library;
  }

  /** {@return the raw surface of the library} */
  public NcclBinding binding() {
    return library.binding();
  }

  @Override
  public String name() {
    return "nccl";
  }

  @Override
  public String description() {
    return library + ", " + devices.size() + (devices.size() == 1 ? " GPU" : " GPUs");
  }

  @Override
  public int ncclVersion() {
    return library.version();
  }

  @Override
  public List<Device> devices() {
    return devices;
  }

  // ---- the library, for its communicators

  @Override
  public NcclAbi abi(CommunicatorConfig config) {
    return library(config).binding();
  }

  @Override
  public int version(CommunicatorConfig config) {
    return library(config).version();
  }

  @Override
  public int ask(@Nullable Device current, String what, TimeLimit limit, IntSupplier body) {
    return lent.ask(current, what, limit, body);
  }

  /** The exception says it, too; so the log does not repeat it unless it is asked for. */
  @Override
  public void failed(String message) {
    LOG.log(LibraryOutput.isWanted() ? Level.WARNING : Level.DEBUG, CleanText.lines(message));
  }

  @Override
  public String stateOfJob(Duration within) {
    return ras.text(within);
  }

  /** From now on another RAS is quoted. */
  void quotes(RasQuote other) {
    ras = other;
  }

  @Override
  public CallPath newPath(Device device, String name) {
    return new NativeThread("jccl-nccl-" + name, device);
  }

  @Override
  public KernelGroup openKernels(List<Device> ranks) {
    return kernels.apply(ranks);
  }

  @Override
  public LibraryCommunicator newRank(
      String name, int rank, int worldSize, Device device, CommunicatorConfig config) {
    return new NcclCommunicator(this, name, rank, worldSize, device, config);
  }

  @Override
  protected String nameOf(UniqueId id) {
    return "comm-" + Integer.toHexString(id.hashCode());
  }

  /** The library of a configuration: its own, opened once, or the backend's. */
  private NcclLibrary library(CommunicatorConfig config) {
    return config
        .libraryPath()
        .map(path -> libraries.computeIfAbsent(path, NcclLibrary::open))
        .orElse(library);
  }

  @Override
  public Capability capability(Device device, CommunicatorConfig config) {
    NcclLibrary chosen = library(config);
    return new Capability(
        name(),
        chosen.version(),
        "NCCL " + NcclFunction.text(chosen.version()) + " at " + chosen.description(),
        host() + "/" + device.identity(),
        sharesGpus(chosen));
  }

  /**
   * {@return whether ranks may share a GPU with {@code library} in this process: rule ENV-12}
   *
   * @param library a library
   */
  public static boolean sharesGpus(NcclLibrary library) {
    return library.version() >= SEVERAL_RANKS_A_DEVICE
        && "1".equals(System.getenv("NCCL_MULTI_RANK_GPU_ENABLE"));
  }

  private static String host() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException noLinux) {
      return "localhost";
    }
  }

  @Override
  public RankHost rankHost() {
    return rankHost;
  }

  @Override
  protected void release() {
    List<LibraryCommunicator> left = openCommunicators();
    List<String> leaks = LeakWatch.left(this);
    if (!left.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "backend nccl closed with communicators left: {0}",
          leaks.isEmpty() ? left : String.join("; ", leaks));
      end(left);
    }
    devices.forEach(Device::close);
    lent.end();
    atExit.cancel();
  }

  /**
   * Ends them all at once: each takes its own time limit at most, and so do all of them. They are
   * not finalized: their peers may be gone, and nobody reads their results any more.
   */
  private static void end(List<LibraryCommunicator> left) {
    List<Thread> ending =
        left.stream()
            .map(
                each ->
                    Thread.ofPlatform()
                        .daemon()
                        .name("jccl-nccl-end")
                        .start(
                            () -> {
                              each.abort();
                              each.close();
                            }))
            .toList();
    boolean interrupted = false;
    for (Thread each : ending) { // each is bounded by itself
      try {
        each.join();
      } catch (InterruptedException interrupt) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return description();
  }
}
