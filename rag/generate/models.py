"""The language models that answers are asked of, each opened once."""

from __future__ import annotations

from rag.generate.choice import BUILT_IN, READER, Choice, chosen_by
from rag.generate.model import LanguageModel, open_model
from rag.settings import Settings

MOST_MODELS = 32  # kept open; visitors may choose any number


class Models:
    """Any thread may use it.

    Attributes:
        default: what answers where nothing else is asked for.
    """

    def __init__(self, settings: Settings) -> None:
        """Opens nothing yet."""
        self._settings = settings
        self._opened: dict[Choice, LanguageModel] = {}
        self.default = chosen_by(settings)

    def choose(self, model: str | Choice | None) -> Choice:
        """Gives the choice that is meant; a mere name is looked for at the settings' address."""
        if isinstance(model, Choice):
            return model
        if model == BUILT_IN:
            return READER
        return Choice(model, self._settings.model_address) if model else self.default

    def open(self, choice: Choice) -> LanguageModel:
        """Gives a language model.

        Raises:
            SettingError: there is none of that name, or its package or key is missing.
        """
        model = self._opened.get(choice) or open_model(choice, self._settings)
        if len(self._opened) >= MOST_MODELS:
            self._opened = {}
        self._opened[choice] = model
        return model
