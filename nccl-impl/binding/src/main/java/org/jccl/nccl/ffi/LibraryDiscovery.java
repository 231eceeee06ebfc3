package org.jccl.nccl.ffi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jccl.BackendUnavailableException;
import org.jccl.nccl.ffi.SearchPlaces.Place;
import org.jccl.ops.NcclFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds the NCCL library of this machine and says what it looked at.
 *
 * <p>A path that somebody gave, by configuration or by {@code JCCL_NCCL_PATH}, is the only
 * candidate: if it does not work, that is the answer, never a silent change to another library.
 * Otherwise the first usable one in the order of {@link SearchPlaces} is chosen. Absence is no
 * exception: it is a report without a choice.
 */
public final class LibraryDiscovery {
  private final SearchPlaces places;
  private final LibraryProbe probe;

  /** Looks in the places of {@code places}. */
  public LibraryDiscovery(SearchPlaces places) {
    this(places, LibraryProbe.ofThisMachine());
  }

  LibraryDiscovery(SearchPlaces places, LibraryProbe probe) {
    this.places = places;
    this.probe = probe;
  }

  /** Looks on this machine, with this process's environment. */
  public static LibraryDiscovery ofThisMachine() {
    return new LibraryDiscovery(SearchPlaces.ofThisMachine());
  }

  /** What became of a candidate. */
  public enum Verdict {
    /** It is the one. */
    CHOSEN,
    /** It would do, but an earlier one was chosen. */
    USABLE,
    /** Another candidate is the same file. */
    SAME_FILE,
    /** There is nothing at that path. */
    NOT_FOUND,
    /** There is something, and it cannot be used. */
    UNUSABLE,
    /** Not looked at: an earlier one was chosen. */
    NOT_TRIED
  }

  /**
   * One place that was considered.
   *
   * @param origin who named it
   * @param path path or soname
   * @param exists whether a file is there; a soname exists if the loader finds it
   * @param version version code, or 0 where it was not learnt
   * @param reason why it was chosen or not, one sentence
   */
  public record Candidate(
      String origin, String path, boolean exists, int version, Verdict verdict, String reason) {
    @Override
    public String toString() {
      return origin + ": " + path + ": " + reason;
    }
  }

  /**
   * The outcome.
   *
   * @param library the chosen one, or null
   * @param reason one sentence: which was chosen and why, or why none
   * @param candidates all that was considered, in order
   */
  public record Report(@Nullable NcclLibrary library, String reason, List<Candidate> candidates) {
    /** The chosen library. */
    public Optional<NcclLibrary> chosen() {
      return Optional.ofNullable(library);
    }

    /** The candidates, a line each. */
    public List<String> lines() {
      return candidates.stream().map(Candidate::toString).toList();
    }
  }

  /** Looks until a usable library is found; {@code wish} is a path somebody gave, or null. */
  public Report find(@Nullable String wish) {
    return look(wish, false);
  }

  /** Looks at every place, for {@code doctor}: loads each library that is found. */
  public Report survey(@Nullable String wish) {
    return look(wish, true);
  }

  /**
   * Lists every place and what its file says, for a machine on which nothing is to be loaded: none
   * is chosen.
   *
   * @param wish a path somebody gave, or null
   * @param why why nothing is loaded
   */
  public Report list(@Nullable String wish, String why) {
    List<Candidate> candidates = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    for (Place place : places.inOrder(wish)) {
      candidates.add(listed(place, seen, why));
    }
    return new Report(null, reason(null, candidates), List.copyOf(candidates));
  }

  private Candidate listed(Place place, Map<String, String> seen, String why) {
    String path = place.path();
    boolean named = path.indexOf('/') >= 0;
    if (named && !Files.exists(Path.of(path))) {
      return rejected(place, false, Verdict.NOT_FOUND, "not found").candidate;
    }
    String earlier = named ? seen.putIfAbsent(realPath(path), path) : null;
    if (earlier != null) {
      return rejected(place, true, Verdict.SAME_FILE, "same file as " + earlier).candidate;
    }
    String file = named ? path : LoaderPath.fileOf(path);
    String objection = file == null ? null : NcclLibrary.objection(file, probe);
    return objection == null
        ? rejected(place, named, Verdict.NOT_TRIED, "not loaded: " + why).candidate
        : rejected(place, true, Verdict.UNUSABLE, "cannot be used: " + objection).candidate;
  }

  private Report look(@Nullable String wish, boolean everywhere) {
    List<Place> order = places.inOrder(wish);
    List<Candidate> candidates = new ArrayList<>();
    Map<String, String> seen = new HashMap<>();
    NcclLibrary chosen = null;
    for (Place place : order) {
      if (chosen != null && !everywhere) {
        candidates.add(notTried(place, chosen));
        continue;
      }
      Examined examined = examine(place, seen, chosen != null);
      candidates.add(examined.candidate);
      if (chosen == null) {
        chosen = examined.library;
      }
    }
    return new Report(chosen, reason(chosen, candidates), List.copyOf(candidates));
  }

  private record Examined(Candidate candidate, @Nullable NcclLibrary library) {}

  private Examined examine(Place place, Map<String, String> seen, boolean taken) {
    String path = place.path();
    boolean named = path.indexOf('/') >= 0;
    if (named && !Files.exists(Path.of(path))) {
      return rejected(place, false, Verdict.NOT_FOUND, "not found");
    }
    String earlier = named ? seen.putIfAbsent(realPath(path), path) : null;
    if (earlier != null) {
      return rejected(place, true, Verdict.SAME_FILE, "same file as " + earlier);
    }
    try {
      NcclLibrary library = NcclLibrary.open(path, probe);
      earlier = named ? null : seen.putIfAbsent(realPath(library.description()), path);
      if (earlier != null) {
        return rejected(place, true, Verdict.SAME_FILE, "same file as " + earlier);
      }
      Verdict verdict = taken ? Verdict.USABLE : Verdict.CHOSEN;
      String words =
          (taken ? "usable, not chosen: " : "chosen: ")
              + (named ? "NCCL " + NcclFunction.text(library.version()) : library.toString());
      return new Examined(
          new Candidate(place.origin(), path, true, library.version(), verdict, words), library);
    } catch (BackendUnavailableException | IllegalCallerException unusable) {
      Verdict verdict = named ? Verdict.UNUSABLE : Verdict.NOT_FOUND;
      return rejected(place, named, verdict, String.valueOf(unusable.getMessage()));
    }
  }

  private static Examined rejected(Place place, boolean exists, Verdict verdict, String reason) {
    return new Examined(
        new Candidate(place.origin(), place.path(), exists, 0, verdict, reason), null);
  }

  private static Candidate notTried(Place place, NcclLibrary chosen) {
    return new Candidate(
        place.origin(),
        place.path(),
        place.path().indexOf('/') >= 0 && Files.exists(Path.of(place.path())),
        0,
        Verdict.NOT_TRIED,
        "not tried: " + chosen.description() + " was chosen before");
  }

  private static String realPath(String path) {
    try {
      return Path.of(path).toRealPath().toString();
    } catch (IOException unresolvable) {
      return path;
    }
  }

  private static String reason(@Nullable NcclLibrary chosen, List<Candidate> candidates) {
    if (chosen != null) {
      return chosen.toString();
    }
    for (Candidate candidate : candidates) {
      if (candidate.verdict() == Verdict.UNUSABLE || candidates.size() == 1) {
        return candidate.origin() + ": " + withPath(candidate);
      }
    }
    return "no libnccl.so.2 was found in "
        + candidates.size()
        + " places: install NCCL, or say where it is by "
        + SearchPlaces.VARIABLE;
  }

  private static String withPath(Candidate candidate) {
    return candidate.reason().contains(candidate.path())
        ? candidate.reason()
        : candidate.path() + " " + candidate.reason();
  }
}
