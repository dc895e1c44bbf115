from tests.e2e.fixtures import first_cycle, gallery, home, launcher, new_home, settled, shelf

__all__ = ["first_cycle", "gallery", "home", "launcher", "new_home", "settled", "shelf"]
