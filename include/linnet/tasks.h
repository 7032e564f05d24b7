/// \file
/// Tasks: answers that a program can act on. An Extractor (extract.h) finds records in texts. A Classifier
/// gives texts one of some labels, with probabilities that mean what they say, or none. It keeps its model
/// alive, owns its memory and threads, and belongs to one thread at a time; one that was moved from may only
/// be assigned to or destroyed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <linnet/extract.h>
#include <linnet/model.h>

namespace linnet {

/// A text and the label that is right for it.
struct LabelledText {
  std::string text;                    ///< UTF-8, not empty.
  std::optional<std::string> label{};  ///< Nothing: none of the labels fits.
};

/// A label that Classifier::from_labels() knows by its meaning.
struct Label {
  std::string name;                     ///< What the model is to answer; UTF-8, not empty.
  std::string description{};            ///< When it is right, in a few words; may be empty.
  std::vector<std::string> examples{};  ///< Texts that it is right for; probabilities are fitted to them.
};

/// How to make a classifier.
struct ClassifierOptions {
  /// The layers whose states train() looks at, ascending, from 1; what is behind the last of them is not
  /// computed. Empty: four of them, up to just beyond the middle of the model.
  std::vector<std::size_t> layers{};
  /// Tokens that a text may have, with what the model is told around it. 0 = what the model was trained for,
  /// but at most 4,096.
  std::size_t n_ctx = 0;
  unsigned n_threads = 0;  ///< Threads that compute, at most kMaxThreads; 0 = default_threads().
  /// Texts whose likeliest label is less likely than this get none; 0 to 1.
  double threshold = 0;
  bool wipe = false;  ///< Overwrite what was computed of texts before its memory is given back.
  /// Called now and then, by making a classifier and by classify(), with the fraction of the texts done;
  /// false gives up with kCancelled.
  std::function<bool(double fraction)> progress{};
};

/// A label and how likely it is.
struct RankedLabel {
  std::size_t label = 0;   ///< Of Classifier::labels().
  double probability = 0;  ///< 0 to 1.
};

/// What a classifier says of a text.
struct Classification {
  /// The likeliest label; nothing if it is below the threshold, or less likely than that none fits.
  std::optional<std::size_t> label{};
  double none = 0;  ///< How likely it is that no label fits: `none` and all of `ranked` add up to 1.
  std::vector<RankedLabel> ranked{};  ///< All labels, the likeliest first.
};

/// Labels for texts; see the top of this page.
class LINNET_API Classifier {
 public:
  /// Learns from examples what the model's states are like for each label: shrunk linear discriminants on
  /// states that are averaged over the text, with probabilities fitted to examples that are held out one at a
  /// time. Takes as long as reading the examples, and about a second for 1,500 of them. Examples without a
  /// label show what fits none. Errors: kInvalidArgument, fewer than two labels, an empty one, a text that is
  /// empty or no UTF-8, or an option out of range; kContextFull, a text that is too long; kUnsupported, a
  /// model without weights; kOutOfMemory; kCancelled.
  static Result<Classifier> train(const Model& model, std::span<const LabelledText> examples,
                                  const ClassifierOptions& options = {});

  /// Asks the model, without learning: the probability of each whole label as the answer, less what the label
  /// gets where there is no text at all, made one scale with the examples if there are some. Slower than a
  /// trained classifier, and with small models much less often right. Errors: kInvalidArgument, fewer than
  /// two labels, an empty one, or two of one name; kContextFull, labels that do not fit; else as train().
  static Result<Classifier> from_labels(const Model& model, std::span<const Label> labels,
                                        const ClassifierOptions& options = {});

  /// What save() wrote. Errors: kNotFound; kIo; kCorrupt, no such file or a damaged one; kInvalidArgument, of
  /// another model; kUnsupported, of another version; else as train().
  static Result<Classifier> load(const Model& model, const std::filesystem::path& path,
                                 const ClassifierOptions& options = {});
  /// Writes what was learned to a file that is bound to the model. Errors: kIo; kUnsupported, a classifier
  /// from_labels(), which has learned nothing.
  Result<void> save(const std::filesystem::path& path) const;

  /// The labels; their places in here are what results name.
  std::span<const std::string> labels() const noexcept;

  /// Classifies a text. Errors: kInvalidArgument, it is empty or no UTF-8; kContextFull, it is too long;
  /// kCancelled, by ClassifierOptions::progress.
  Result<Classification> classify(std::string_view text);
  /// The same for many texts, computed together; what a text gets does not depend on the others. Errors name
  /// the text by its place in `texts`, and come before anything is computed.
  Result<std::vector<Classification>> classify(std::span<const std::string> texts);

  /// Takes over; `other` may then only be assigned to or destroyed.
  Classifier(Classifier&& other) noexcept;
  /// Takes over and gives back what this classifier held; `other` may then only be assigned to or destroyed.
  Classifier& operator=(Classifier&& other) noexcept;
  ~Classifier();

 private:
  struct LINNET_LOCAL Impl;
  explicit Classifier(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linnet
