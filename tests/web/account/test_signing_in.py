from tests.cast import PASSWORD
from tests.conftest import World, post


async def test_a_right_password_opens_the_role_s_first_page(world: World):
    browser = world.visitor()

    answer = await post(browser, "/ar/sign-in", {"email": "Basil@Tahkim.example ", "password": PASSWORD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/ar/judging")
    assert (await browser.get("/ar/account")).status_code == 200
